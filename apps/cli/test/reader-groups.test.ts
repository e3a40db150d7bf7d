import { once } from 'node:events'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonLines, type Outcome, outcomeOf, pravega, start } from './pravega.ts'

let server: EmbeddedServer
beforeAll(async () => {
  server = await EmbeddedServer.start()
})
afterAll(() => server.close())

function run(args: readonly string[], input = ''): Promise<Outcome> {
  return pravega(args, { controller: server.controllerUri, input: Buffer.from(input) })
}

function group(...args: string[]): Promise<Outcome> {
  return run(['reader-group', ...args])
}

async function succeed(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(args, input)
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 })
  return stdout.toString()
}

async function json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
  const [object] = jsonLines(await succeed(['reader-group', ...args, '--json']))
  return object as T
}

function numbers(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('')
}

/** A member that goes on reading until it is told to end; `texts` is what it has printed so far. */
function member(stream: string, name: string, ...args: string[]) {
  const child = start(['event', 'read', stream, '--group', name, '--follow', ...args], {
    controller: server.controllerUri,
  })
  const outcome = outcomeOf(child)
  return { child, outcome, first: once(child.stdout, 'data') }
}

it('makes, lists, shows and deletes groups', async () => {
  await succeed(['event', 'write', 'g1/x', '--create', '--segments=2'], numbers(1, 10))
  expect(await succeed(['reader-group', 'create', 'g1/a', '--stream', 'g1/x'])).toBe(
    'created reader group g1/a (g1/x)\n',
  )
  expect((await group('create', 'g1/a', '--stream', 'g1/x')).code).toBe(4)
  expect(await json('create', 'g1/a', '--stream', 'g1/x', '--if-absent')).toEqual({
    scope: 'g1',
    name: 'a',
    created: false,
    streams: ['g1/x'],
  })
  await succeed(['stream', 'create', 'g1/y'])
  const other = await group('create', 'g1/a', '--stream', 'g1/y', '--if-absent')
  expect(other).toMatchObject({ code: 4, stderr: expect.stringContaining('another configuration') })
  await succeed(['reader-group', 'create', 'g1/b', '--stream', 'g1/x,g1/y', '--from=tail', '--no-checkpoints'])
  expect((await succeed(['reader-group', 'list', 'g1'])).split('\n').sort()).toEqual(['', 'g1/a', 'g1/b'])

  const described = await json('describe', 'g1/a')
  expect(described).toMatchObject({
    scope: 'g1',
    name: 'a',
    stateStore: 'log',
    config: { streams: [{ stream: 'g1/x' }], refreshTimeMs: '3000', automaticCheckpointIntervalMs: '30000' },
    readers: [],
    checkpoints: [],
    isBeingReset: false,
  })
  expect((described as { unassigned: unknown[] }).unassigned).toEqual(
    expect.arrayContaining([{ segment: 'g1/x/0.#epoch.0', offset: '0' }]),
  )
  const text = await succeed(['reader-group', 'describe', 'g1/b'])
  expect(text).toMatch(/^group +g1\/b\n/)
  expect(text).toMatch(/\nstream +g1\/y/)
  expect(text).toMatch(/\ncheckpoints +on request\n/)
  expect(text).toMatch(/\nunread +0 bytes\n/)
  expect(text).toMatch(/\nsegments without a reader\n(.*\n){2,}/)

  expect(await json('delete', 'g1/b')).toEqual({ scope: 'g1', name: 'b', deleted: true })
  expect((await group('rm', 'g1/b')).code).toBe(3)
  expect(await succeed(['reader-group', 'rm', 'g1/b', '--if-exists'])).toBe('there was no reader group g1/b\n')
})

it('says what is missing, and what to do', async () => {
  await succeed(['stream', 'create', 'g2/x', '--create-scope'])
  for (const args of [
    ['describe', 'g2/no'],
    ['reset', 'g2/no'],
    ['offline', 'g2/no', 'r'],
    ['checkpoint', 'g2/no'],
    ['cuts', 'g2/no'],
  ]) {
    const { code, stderr } = await group(...args)
    expect({ args, code }).toEqual({ args, code: 3 })
    expect(stderr).toContain('pravega reader-group create')
  }
  expect((await group('create', 'g2/a', '--stream', 'g2/no')).code).toBe(3)
  expect((await group('list', 'absent')).code).toBe(3)
})

it('gives each event to one of the processes of a group, and goes on where it was', async () => {
  await succeed(['event', 'write', 'g3/x', '--create', '--segments=4'], numbers(1, 500))
  const [one, two] = [member('g3/x', 'g3/a'), member('g3/x', 'g3/a', '--reader', 'two')]
  await Promise.race([one.first, two.first])
  await expect
    .poll(() => json('describe', 'g3/a'), { timeout: 20_000 })
    .toMatchObject({
      readers: expect.arrayContaining([
        { readerId: 'two', segments: expect.arrayContaining([expect.anything()]) },
        { readerId: expect.stringMatching(/^reader-/), segments: expect.arrayContaining([expect.anything()]) },
      ]),
    })
  await succeed(['event', 'write', 'g3/x'], numbers(501, 1000))
  const inUse = await run(['event', 'read', 'g3/x', '--group', 'g3/a', '--reader', 'two'])
  expect(inUse).toMatchObject({ code: 4, stderr: expect.stringContaining('pravega reader-group offline') })

  one.child.kill('SIGINT')
  two.child.kill('SIGTERM')
  const outcomes = await Promise.all([one.outcome, two.outcome])
  expect(outcomes).toMatchObject([
    { code: 130, stderr: '' },
    { code: 143, stderr: '' },
  ])
  const rest = await succeed(['event', 'read', 'g3/x', '--group', 'g3/a', '--idle=4s'])
  const all = [...outcomes.map(({ stdout }) => stdout.toString()), rest].join('').trim().split('\n').map(Number)
  expect(all.sort((a, b) => a - b)).toEqual(numbers(1, 1000).trim().split('\n').map(Number))

  expect((await run(['event', 'read', 'g3/x', '--group', 'g3/a', '--from=head'])).stderr).toContain(
    'reader-group reset',
  )
  await succeed(['stream', 'create', 'g3/y'])
  expect((await run(['event', 'read', 'g3/y', '--group', 'g3/a'])).code).toBe(4)
})

it('counts an event as read when it has gone out', async () => {
  await succeed(['event', 'write', 'g4/x', '--create'], numbers(1, 4))
  const read = (...args: string[]): Promise<string> => succeed(['event', 'read', 'g4/x', '--group', 'g4/a', ...args])
  expect(await read('--count=2')).toBe('1\n2\n')
  expect(await read('--count=1')).toBe('3\n')
  expect(await read('--idle=1s')).toBe('4\n')
  expect(await succeed(['reader-group', 'list', 'g4'])).toBe('g4/a\n')
})

it('makes checkpoints and cuts of a group, and takes it back to them', async () => {
  await succeed(['event', 'write', 'g5/x', '--create'], numbers(1, 3))
  const read = (...args: string[]): Promise<string> =>
    succeed(['event', 'read', 'g5/x', '--group', 'g5/a', '--idle=1s', ...args])
  await read('--count=1')
  const checkpoint = await succeed(['reader-group', 'checkpoint', 'g5/a', '--name=first'])
  const { cut } = await json<{ cut: string }>('cuts', 'g5/a')
  expect(await json('describe', 'g5/a')).toMatchObject({
    checkpoints: [{ name: 'first', state: 'complete', waitingFor: [] }],
  })
  expect(await read()).toBe('2\n3\n')

  const reset = (to: string): Promise<string> => succeed(['reader-group', 'reset', 'g5/a', '--to', to])
  expect(await reset(checkpoint.trim())).toBe('g5/a begins anew at checkpoint first\n')
  expect(await read()).toBe('2\n3\n')
  expect(await reset(cut)).toBe('g5/a begins anew at the cuts given\n')
  expect(await read('--count=1')).toBe('2\n')
  await reset('head')
  expect(await read()).toBe('1\n2\n3\n')
  await reset('tail')
  await succeed(['event', 'write', 'g5/x'], '4')
  expect(await read()).toBe('4\n')
  await reset('start')
  expect(await read()).toBe('4\n')
})

it('names the reader that a checkpoint waits for; it can be taken offline', async () => {
  await succeed(['event', 'write', 'g6/x', '--create'], numbers(1, 3))
  const stuck = member('g6/x', 'g6/a', '--reader', 'stuck')
  await stuck.first
  stuck.child.kill('SIGSTOP')
  try {
    for (const args of [
      ['checkpoint', 'g6/a'],
      ['cuts', 'g6/a', '--now'],
    ]) {
      const { code, stderr } = await group(...args, '--timeout=1s')
      expect({ args, code }).toEqual({ args, code: 5 })
      expect(stderr).toMatch(/waits for reader stuck,.*\n.*pravega reader-group offline g6\/a READER/)
    }
    expect(await succeed(['reader-group', 'describe', 'g6/a'])).toMatch(/\ncheckpoints\n.*waits for stuck\n/)
    expect(await json('checkpoint', 'g6/a', '--cancel')).toMatchObject({ cancelled: [expect.any(String)] })
    expect(await json('offline', 'g6/a', 'stuck')).toEqual({ scope: 'g6', name: 'a', reader: 'stuck', wasOnline: true })
    expect(await json('offline', 'g6/a', 'stuck')).toMatchObject({ wasOnline: false })
  } finally {
    stuck.child.kill('SIGCONT')
  }
  const { code, stderr } = await stuck.outcome
  expect(code).toBe(1)
  expect(stderr).toMatch(/taken offline by another member.*\nStart the command again/)
})

it('resets a group under its readers, which are told', async () => {
  await succeed(['event', 'write', 'g7/x', '--create'], numbers(1, 3))
  const reader = member('g7/x', 'g7/a', '--reader', 'online')
  await reader.first
  expect(await json('reset', 'g7/a', '--to=head')).toMatchObject({ to: 'head', readers: ['online'] })
  const { code, stderr } = await reader.outcome
  expect(code).toBe(1)
  expect(stderr).toMatch(/was reset.*\nStart the command again/)
  expect(await succeed(['event', 'read', 'g7/x', '--group', 'g7/a', '--idle=1s'])).toBe('1\n2\n3\n')
})

it('keeps groups in a table too, and tells the two kinds apart', async () => {
  await succeed(['event', 'write', 'g8/x', '--create'], numbers(1, 2))
  const table = '--state-store=table'
  await succeed(['reader-group', 'create', 'g8/t', '--stream', 'g8/x', table])
  expect(await succeed(['event', 'read', 'g8/x', '--group', 'g8/t', table, '--idle=1s'])).toBe('1\n2\n')
  const wrong = await run(['event', 'read', 'g8/x', '--group', 'g8/t'])
  expect(wrong).toMatchObject({ code: 4, stderr: expect.stringContaining('--state-store') })
  expect((await group('create', 'g8/t', '--stream', 'g8/x', '--refuse-other-kind')).code).toBe(4)
  expect(await json('describe', 'g8/t', table)).toMatchObject({ stateStore: 'table' })
  expect(await succeed(['reader-group', 'list', 'g8'])).toBe('')
  expect(await json('delete', 'g8/t', table)).toMatchObject({ deleted: true })
})

it('tells a stream what a group no longer needs', async () => {
  await succeed(['event', 'write', 'g9/x', '--create'], numbers(1, 2))
  await succeed(['reader-group', 'create', 'g9/a', '--stream', 'g9/x', '--retention=manual'])
  await succeed(['event', 'read', 'g9/x', '--group', 'g9/a', '--count=1'])
  const { cut } = await json<{ cut: string }>('cuts', 'g9/a')
  expect(await succeed(['reader-group', 'retain', 'g9/a', cut])).toContain('may drop what is before the cut')
  await succeed(['reader-group', 'create', 'g9/b', '--stream', 'g9/x'])
  expect((await group('retain', 'g9/b', cut)).code).toBe(4)
})
