import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonLines, type Outcome, outcomeOf, pravega, type RunOptions, start } from './pravega.ts'

let server: EmbeddedServer
let folder: string
beforeAll(async () => {
  server = await EmbeddedServer.start()
  folder = await mkdtemp(join(tmpdir(), 'pravega-cli-'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return pravega(args, { controller: server.controllerUri, ...options })
}

async function succeed(args: readonly string[], input?: string | Uint8Array): Promise<string> {
  const { code, stdout, stderr } = await run(args, input === undefined ? {} : { input: Buffer.from(input) })
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 })
  return stdout.toString()
}

function lines(output: string): string[] {
  return output.split('\n').slice(0, -1)
}

interface PrintedEvent {
  readonly event: string
  readonly segment: string
  readonly pointer: string
}

async function printed(stream: string): Promise<PrintedEvent[]> {
  return jsonLines((await run(['event', 'read', stream, '--json'])).stdout) as PrintedEvent[]
}

it('writes each line as an event and reads them back, empty ones too', async () => {
  expect(await succeed(['event', 'write', 'e1/x', '--create'], 'one\n\ntwo\r\nlast')).toMatch(
    /^wrote 4 events \(10 bytes\) to e1\/x in /,
  )
  expect(await succeed(['event', 'read', 'e1/x'])).toBe('one\n\ntwo\nlast\n')
  const { stdout, stderr } = await run(['event', 'read', 'e1/x', '--json'])
  expect(jsonLines(stdout)).toMatchObject([
    { event: 'one', stream: 'e1/x', segment: 'e1/x/0.#epoch.0', offset: '0', pointer: 'e1/x/0.#epoch.0:0-11' },
    { event: '', offset: '11', pointer: 'e1/x/0.#epoch.0:11-8' },
    { event: 'two' },
    { event: 'last' },
  ])
  expect(jsonLines(stderr)).toEqual([{ scope: 'e1', stream: 'x', events: 4 }])
})

it('writes nothing when there is nothing, and one event of nothing when told so', async () => {
  expect(await succeed(['event', 'write', 'e2/x', '--create'], '')).toMatch(/^wrote 0 events /)
  expect(await succeed(['event', 'read', 'e2/x'])).toBe('')
  expect(await succeed(['event', 'write', 'e2/x', '--whole'], '')).toMatch(/^wrote 1 event \(0 bytes\)/)
  expect(await succeed(['event', 'read', 'e2/x'])).toBe('\n')
})

it('keeps events as the bytes that they are', async () => {
  const data = randomBytes(9 * 1024 * 1024)
  const [file, copy] = [join(folder, 'file'), join(folder, 'copy')]
  await writeFile(file, data)
  const written = jsonLines(await succeed(['event', 'write', 'e3/x', file, '--create', '--whole', '--json']))
  expect(written).toMatchObject([{ scope: 'e3', stream: 'x', events: 1, bytes: data.length }])
  expect(await succeed(['event', 'read', 'e3/x', '--output', copy])).toBe(`read 1 event of e3/x to ${copy}\n`)
  expect((await readFile(copy)).equals(Buffer.concat([data, Buffer.from('\n')]))).toBe(true)

  const odd = Buffer.from([0xff, 0x0d, 0x85, 0x00, 0xe2, 0x80, 0xa8])
  await succeed(['event', 'write', 'e3/y', '--create'], Buffer.concat([odd, Buffer.from('\n')]))
  expect(jsonLines(await succeed(['event', 'read', 'e3/y', '--json']))).toMatchObject([
    { base64: odd.toString('base64') },
  ])
})

it('routes events by a key: one for all, the one before a text, or a field', async () => {
  const pairs = Array.from({ length: 40 }, (_, index) => `k${index % 8}: event ${index}`)
  await succeed(['event', 'write', 'e4/before', '--create', '--segments=4', '--key-before=: '], pairs.join('\n'))
  const before = await printed('e4/before')
  for (let key = 0; key < 8; key += 1) {
    const own = before.filter(({ event }) => Number(event.slice('event '.length)) % 8 === key)
    expect(new Set(own.map(({ segment }) => segment)).size).toBe(1)
    expect(own.map(({ event }) => Number(event.slice('event '.length)))).toEqual(
      [0, 1, 2, 3, 4].map(round => round * 8 + key),
    )
  }
  expect(new Set(before.map(({ segment }) => segment)).size).toBeGreaterThan(1)

  const objects = [
    { id: 7, n: 1 },
    { id: 'seven', n: 2 },
    { id: 7, n: 3 },
  ].map(object => JSON.stringify(object))
  await succeed(['event', 'write', 'e4/field', '--create', '--segments=4', '--key-field=id'], objects.join('\n'))
  const field = await printed('e4/field')
  const sevens = field.filter(({ event }) => event.startsWith('{"id":7,'))
  expect(sevens.map(({ event }) => event)).toEqual([objects[0], objects[2]])
  expect(sevens[0]?.segment).toBe(sevens[1]?.segment)

  await succeed(['event', 'write', 'e4/one', '--create', '--segments=4', '--routing-key=all'], pairs.join('\n'))
  expect((await printed('e4/one')).map(({ event }) => event)).toEqual(pairs)
})

it.each([
  { flag: '--key-before=: ', bad: 'no key', says: "the event 'no key' has no ': ' behind its key" },
  { flag: '--key-field=id', bad: '{"n":2}', says: "has no field 'id' with a text or a number" },
  { flag: '--key-field=id', bad: '{"id":', says: 'is not JSON' },
])('stops at a line in which $flag finds no key, behind those before it', async ({ flag, bad, says }) => {
  const good = flag.includes('field') ? '{"id":1}' : '1: a'
  const stream = `e5/${says.length}`
  const { code, stderr } = await run(['event', 'write', stream, '--create', flag], {
    input: Buffer.from(`${good}\n${good}\n${bad}\n${good}\n`),
  })
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(says) })
  expect(stderr).toContain('events before it were written')
  expect(await printed(stream)).toHaveLength(2)
})

it('reads a part: from a place, so many, with pointers that fetch', async () => {
  await succeed(['event', 'write', 'e6/x', '--create'], 'a\nb\nc\n')
  expect(await succeed(['event', 'read', 'e6/x', '--count=2'])).toBe('a\nb\n')
  expect(await succeed(['event', 'read', 'e6/x', '--from=tail'])).toBe('')
  const [info] = jsonLines(await succeed(['stream', 'info', 'e6/x', '--json'])) as [{ tail: string }]
  await succeed(['event', 'write', 'e6/x'], 'd')
  expect(await succeed(['event', 'read', 'e6/x', '--from', info.tail])).toBe('d\n')

  const [, second = ''] = lines(await succeed(['event', 'read', 'e6/x', '--pointers']))
  const [pointer = '', event] = second.split('\t')
  expect(event).toBe('b')
  expect(await succeed(['event', 'fetch', pointer])).toBe('b\n')
  expect(jsonLines(await succeed(['event', 'fetch', pointer, '--json']))).toMatchObject([{ event: 'b', pointer }])
  expect((await run(['event', 'fetch', pointer.replace(/\d+$/, '99')])).stderr).toContain('There is no event')
  expect((await run(['event', 'fetch', 'e6/none/0.#epoch.0:0-9'])).code).toBe(3)
})

it('reads streams of which segments are empty', async () => {
  await succeed(['event', 'write', 'e7/x', '--create', '--segments=6', '--routing-key=k'], 'a\nb')
  expect(await succeed(['event', 'read', 'e7/x'])).toBe('a\nb\n')
})

it('follows what is written until Ctrl-C, and leaves nothing behind', async () => {
  await succeed(['event', 'write', 'e8/x', '--create'], 'old')
  const reader = start(['event', 'read', 'e8/x', '--follow'], { controller: server.controllerUri })
  const outcome = outcomeOf(reader)
  expect(String((await once(reader.stdout, 'data'))[0])).toBe('old\n')
  const next = once(reader.stdout, 'data')
  await succeed(['event', 'write', 'e8/x'], 'new')
  expect(String((await next)[0])).toBe('new\n')
  reader.kill('SIGINT')
  expect(await outcome).toMatchObject({ code: 130, stderr: '' })
  expect(await succeed(['reader-group', 'list', 'e8'])).toBe('')
})

// Whether a process still runs, and is the same one, can be told on Linux.
it.runIf(process.platform === 'linux')('tidies up behind those that were killed, and behind nobody else', async () => {
  await succeed(['event', 'write', 'e8b/x', '--create'], 'old')
  const [killed, living] = [0, 1].map(() =>
    start(['event', 'read', 'e8b/x', '--follow'], { controller: server.controllerUri }),
  )
  if (killed === undefined || living === undefined) throw new Error('two readers were started')
  const outcomes = [killed, living].map(outcomeOf)
  await Promise.all([once(killed.stdout, 'data'), once(living.stdout, 'data')])
  await succeed(['reader-group', 'create', 'e8b/pravega-cli-own', '--stream', 'e8b/x'])
  const groups = async (): Promise<string[]> => lines(await succeed(['reader-group', 'list', 'e8b'])).sort()
  expect(await groups()).toHaveLength(3)
  killed.kill('SIGKILL')
  await outcomes[0]
  expect(await succeed(['event', 'read', 'e8b/x'])).toBe('old\n')
  expect(await groups()).toEqual([expect.stringContaining(`-${living.pid}-`), 'e8b/pravega-cli-own'])
  living.kill('SIGINT')
  await outcomes[1]
})

it('ends quietly when the reader of its output has gone, and leaves nothing behind', async () => {
  await succeed(['event', 'write', 'e9/x', '--create'], 'line\n'.repeat(100_000))
  const reader = start(['event', 'read', 'e9/x'], { controller: server.controllerUri })
  const outcome = outcomeOf(reader)
  await once(reader.stdout, 'data')
  reader.stdout.destroy()
  expect(await outcome).toMatchObject({ code: 0, stderr: '' })
  expect(await succeed(['reader-group', 'list', 'e9'])).toBe('')
})

it('stops writing at SIGINT though the pipe is still open, and says what was written', async () => {
  await succeed(['event', 'write', 'e10/x', '--create'], '')
  const reader = start(['event', 'read', 'e10/x', '--follow'], { controller: server.controllerUri })
  const readOutcome = outcomeOf(reader)
  const writer = start(['event', 'write', 'e10/x'], { controller: server.controllerUri })
  const outcome = outcomeOf(writer)
  writer.stdin.write('one\ntwo\nthr')
  await once(reader.stdout, 'data')
  writer.kill('SIGINT')
  const { code, stderr } = await outcome
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'error: stopped; 2 events were written to e10/x.\n' })
  reader.kill('SIGINT')
  expect((await readOutcome).stdout.toString()).toBe('one\ntwo\n')
})

it('says what is missing', async () => {
  for (const command of ['write', 'read']) {
    const { code, stderr } = await run(['event', command, 'e11/x'], { input: Buffer.from('x') })
    expect({ command, code }).toEqual({ command, code: 3 })
    expect(stderr).toContain('pravega stream create')
  }
  expect((await run(['event', 'write', 'e11/x', '--create', join(folder, 'absent')])).stderr).toContain('ENOENT')
  // A file that cannot be read makes no stream.
  expect((await run(['stream', 'exists', 'e11/x'])).code).toBe(3)
  await succeed(['event', 'write', 'e12/x', '--create'], 'x')
  await succeed(['stream', 'seal', 'e12/x'])
  expect((await run(['event', 'write', 'e12/x'], { input: Buffer.from('late') })).code).toBe(4)
  expect(await succeed(['event', 'read', 'e12/x', '--follow'])).toBe('x\n')
})
