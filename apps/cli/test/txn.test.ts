import { once } from 'node:events'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonLines, type Outcome, outcomeOf, pravega, type RunOptions, start } from './pravega.ts'

let server: EmbeddedServer
beforeAll(async () => {
  server = await EmbeddedServer.start()
})
afterAll(() => server.close())

function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return pravega(args, { controller: server.controllerUri, ...options })
}

async function succeed(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(args, input === undefined ? {} : { input: Buffer.from(input) })
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 })
  return stdout.toString()
}

async function begin(stream: string, ...flags: string[]): Promise<string> {
  return (await succeed(['txn', 'begin', stream, ...flags])).trim()
}

const UNKNOWN = '00000000-0000-0000-0000-00000000beef'

it('begins, writes, and shows nothing before it is committed', async () => {
  await succeed(['stream', 'create', 't1/x', '--create-scope'])
  const { stdout, stderr } = await run(['txn', 'begin', 't1/x'])
  const id = stdout.toString().trim()
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(stderr).toMatch(/^Open until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, then the server aborts it/)
  expect(await succeed(['txn', 'status', 't1/x', id])).toBe('open\n')
  expect(await succeed(['txn', 'write', 't1/x', id, '--routing-key', 'k'], 'one\ntwo\n')).toMatch(
    /^wrote 2 events \(6 bytes\) to transaction [0-9a-f-]{36} of t1\/x in /,
  )
  await succeed(['txn', 'write', 't1/x', id, '--key-before', ':'], 'k:three')
  expect(await succeed(['event', 'read', 't1/x'])).toBe('')
  expect(await succeed(['txn', 'commit', 't1/x', id, '--wait'])).toContain('its events can be read')
  expect(await succeed(['event', 'read', 't1/x'])).toBe('one\ntwo\nthree\n')
  expect(await succeed(['txn', 'status', 't1/x', id])).toBe('committed\n')
  await succeed(['txn', 'commit', 't1/x', id])
})

it('aborts', async () => {
  await succeed(['stream', 'create', 't2/x', '--create-scope'])
  const id = await begin('t2/x')
  await succeed(['txn', 'write', 't2/x', id], 'never')
  expect(await succeed(['txn', 'abort', 't2/x', id])).toContain('none of its events is in the stream')
  await succeed(['txn', 'abort', 't2/x', id])
  expect(await succeed(['txn', 'status', 't2/x', id])).toBe('aborted\n')
  expect(await succeed(['event', 'read', 't2/x'])).toBe('')
})

it('gives programs objects, with the time until which a transaction lives', async () => {
  await succeed(['stream', 'create', 't3/x', '--create-scope'])
  const before = Date.now()
  const [begun] = jsonLines(await succeed(['txn', 'begin', 't3/x', '--lease', '1m', '--json'])) as [
    { transaction: string; until: string },
  ]
  const { transaction: id, until } = begun
  expect(begun).toEqual({ scope: 't3', stream: 'x', transaction: id, status: 'open', leaseMs: 60_000, until })
  expect(Date.parse(until)).toBeGreaterThanOrEqual(before + 60_000)
  const [written] = jsonLines(await succeed(['txn', 'write', 't3/x', id, '--json'], 'a\nb')) as [{ until: string }]
  expect(written).toMatchObject({ transaction: id, status: 'open', events: 2, bytes: 2 })
  // Ten minutes again, unless something else is said.
  expect(Date.parse(written.until)).toBeGreaterThan(before + 500_000)
  const named = { scope: 't3', stream: 'x', transaction: id }
  expect(jsonLines(await succeed(['txn', 'commit', 't3/x', id, '--wait', '--json']))).toEqual([
    { ...named, status: 'committed' },
  ])
  expect(jsonLines(await succeed(['txn', 'status', 't3/x', id, '--json']))).toEqual([{ ...named, status: 'committed' }])
})

it('takes times for watermarks, which must not go down', async () => {
  await succeed(['stream', 'create', 't4/x', '--create-scope'])
  for (const flags of [
    ['--timestamp', '1000'],
    ['--timestamp', 'now', '--writer', 'me'],
  ]) {
    await succeed(['txn', 'commit', 't4/x', await begin('t4/x'), '--wait', ...flags])
  }
})

it('lists completed transactions, and says when there is none to see', async () => {
  // The servers that this behaves like list nothing when two streams have completed transactions.
  await using own = await EmbeddedServer.start()
  const options = { controller: own.controllerUri }
  await pravega(['stream', 'create', 't5/x', '--create-scope'], options)
  const none = await pravega(['txn', 'list', 't5/x'], options)
  expect(none).toMatchObject({ code: 0, stderr: expect.stringContaining('pravega txn status') })
  const ids: string[] = []
  for (const end of ['commit', 'abort']) {
    const id = (await pravega(['txn', 'begin', 't5/x'], options)).stdout.toString().trim()
    ids.push(id)
    await pravega(['txn', end, 't5/x', id], options)
    if (end === 'commit') await pravega(['txn', 'commit', 't5/x', id, '--wait'], options)
  }
  const listed = async (): Promise<string[]> =>
    (await pravega(['txn', 'ls', 't5/x'], options)).stdout.toString().split('\n').filter(Boolean)
  const [first, second] = ids
  const poll = { timeout: 20_000 }
  await expect.poll(listed, poll).toEqual(expect.arrayContaining([`${first}  committed`, `${second}  aborted`]))
  const { stdout } = await pravega(['txn', 'list', 't5/x', '--json'], options)
  expect(jsonLines(stdout)).toContainEqual({ scope: 't5', stream: 'x', transaction: ids[0], status: 'committed' })
  expect((await pravega(['txn', 'list', 't5/absent'], options)).code).toBe(3)
})

it('says by name what does not go, what became of the events, and what to do', async () => {
  await succeed(['stream', 'create', 't6/x', '--create-scope'])
  const [committed, aborted] = [await begin('t6/x'), await begin('t6/x')]
  await succeed(['txn', 'commit', 't6/x', committed, '--wait'])
  await succeed(['txn', 'abort', 't6/x', aborted])
  const failures = [
    { args: ['txn', 'status', 't6/x', UNKNOWN], code: 3, says: 'txn begin' },
    { args: ['txn', 'commit', 't6/x', UNKNOWN], code: 3, says: UNKNOWN },
    { args: ['txn', 'begin', 't6/absent'], code: 3, says: 'pravega stream create' },
    { args: ['txn', 'write', 't6/x', committed], code: 4, says: 'is committed' },
    { args: ['txn', 'abort', 't6/x', committed], code: 4, says: 'is committed' },
    { args: ['txn', 'commit', 't6/x', aborted], code: 4, says: 'aborted' },
    { args: ['txn', 'begin', 't6/x', '--lease', '1s'], code: 2, says: '10000' },
    { args: ['txn', 'commit', 't6/x', aborted, '--writer', 'me'], code: 2, says: '--writer is for --timestamp' },
    { args: ['txn', 'status', 't6/x', 'mine'], code: 2, says: 'UUID' },
    { args: ['txn', 'commit', 't6/x', aborted, '--timestamp', 'noon'], code: 2, says: 'write now, or a whole number' },
    { args: ['event', 'write', 't6/x', '--per-events', '5'], code: 2, says: 'are for --transactional' },
  ]
  for (const { args, code, says } of failures) {
    const outcome = await run(args, { input: Buffer.from('late') })
    expect({ args, code: outcome.code }).toEqual({ args, code })
    expect(outcome.stderr).toContain(says)
  }
  const { stderr } = await run(['txn', 'commit', 't6/x', aborted, '--json'])
  expect(jsonLines(stderr)).toMatchObject([{ error: { code: 'TRANSACTION_FAILED', exitCode: 4 } }])
})

it('keeps what was written before a line that cannot be read', async () => {
  await succeed(['stream', 'create', 't7/x', '--create-scope'])
  const id = await begin('t7/x')
  const { code, stderr } = await run(['txn', 'write', 't7/x', id, '--key-before', ':'], {
    input: Buffer.from('k:one\nno key\nk:two'),
  })
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("'no key'") })
  await succeed(['txn', 'commit', 't7/x', id, '--wait'])
  expect(await succeed(['event', 'read', 't7/x'])).toBe('one\n')
})

it('writes events in transactions of so many', async () => {
  const lines = Array.from({ length: 25 }, (_, n) => `line ${n}`).join('\n')
  const args = ['event', 'write', 't8/x', '--create', '--transactional', '--per-events', '10', '--routing-key', 'k']
  expect(await succeed(args, lines)).toMatch(/^wrote 25 events \(.*\) to t8\/x in .* s, in 3 transactions\n$/)
  expect(await succeed(['event', 'read', 't8/x'])).toBe(`${lines}\n`)
  expect(jsonLines(await succeed([...args, '--json'], lines))).toMatchObject([{ events: 25, transactions: 3 }])
  expect(await succeed(args, '')).toContain('in 0 transactions')
})

it('commits after so many seconds, though nothing more comes, and says at Ctrl-C what was written', async () => {
  await succeed(['stream', 'create', 't9/x', '--create-scope'])
  const controller = server.controllerUri
  const reader = start(['event', 'read', 't9/x', '--follow'], { controller })
  const readOutcome = outcomeOf(reader)
  const args = ['event', 'write', 't9/x', '--transactional', '--per-seconds', '0.5', '--routing-key', 'k']
  const writer = start(args, { controller })
  const outcome = outcomeOf(writer)
  writer.stdin.write('one\ntwo\n')
  for (let read = ''; read !== 'one\ntwo\n'; ) {
    read += String((await once(reader.stdout, 'data'))[0])
    expect('one\ntwo\n').toContain(read)
  }
  writer.kill('SIGINT')
  expect(await outcome).toMatchObject({
    code: 130,
    stderr: 'error: stopped; 2 events were written to t9/x in 1 transaction.\n',
  })
  reader.kill('SIGINT')
  expect((await readOutcome).stdout.toString()).toBe('one\ntwo\n')
})

it('commits what was written before a line that cannot be read', async () => {
  const args = ['event', 'write', 't10/x', '--create', '--transactional', '--key-before', ':']
  const { code, stderr } = await run(args, { input: Buffer.from('k:one\nk:two\nno key\nk:three') })
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("'no key'") })
  expect(await succeed(['event', 'read', 't10/x'])).toBe('one\ntwo\n')
})
