import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonLines, type Outcome, pravega } from './pravega.ts'

let server: EmbeddedServer
beforeAll(async () => {
  server = await EmbeddedServer.start()
})
afterAll(() => server.close())

function run(...args: string[]): Promise<Outcome> {
  return pravega(args, { controller: server.controllerUri })
}

/** The one JSON object that a command prints; it has to succeed. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
  const [object, ...more] = jsonLines(stdout)
  expect(more).toEqual([])
  return object as Record<string, unknown>
}

async function code(...args: string[]): Promise<number | null> {
  return (await run(...args)).code
}

it('makes, lists and deletes scopes', async () => {
  expect(await code('scope', 'exists', 's1')).toBe(3)
  expect((await run('scope', 'create', 's1')).stdout.toString()).toBe('created scope s1\n')
  expect(await code('scope', 'create', 's1')).toBe(4)
  expect(await json('scope', 'create', 's1', '--if-absent')).toEqual({ scope: 's1', created: false })
  expect(await json('scope', 'exists', 's1')).toEqual({ scope: 's1', exists: true })

  expect((await run('scope', 'list')).stdout.toString().split('\n')).toContain('s1')
  expect(jsonLines((await run('scope', 'ls', '--json', '--internal')).stdout)).toContainEqual({ scope: '_system' })

  await run('stream', 'create', 's1/a')
  const refused = await run('scope', 'delete', 's1')
  expect(refused.code).toBe(4)
  expect(refused.stderr).toContain('--recursive')
  expect(await json('scope', 'delete', 's1', '--recursive')).toEqual({ scope: 's1', deleted: true })
  expect(await code('scope', 'delete', 's1')).toBe(3)
  expect(await code('scope', 'rm', 's1', '--if-exists')).toBe(0)
})

it('takes every policy as a flag, and shows it', async () => {
  const flags = [
    '--segments=2',
    '--scale-by-events=100',
    '--scale-factor=3',
    '--retain-time=7d',
    '--retain-time-max=14d',
    '--tag=red',
    '--tag=blue',
    '--rollover-size=64MiB',
    '--timestamp-aggregation-timeout=10s',
  ]
  expect(await json('stream', 'create', 's2/all', '--create-scope', ...flags)).toEqual({
    scope: 's2',
    stream: 'all',
    created: true,
  })
  const { configuration, segments } = await json('stream', 'info', 's2/all')
  expect(configuration).toMatchObject({
    scaling: { type: 'byEventRate', targetEventsPerSecond: 100, scaleFactor: 3, minSegments: 2 },
    retention: { type: 'byTime', minMs: String(7 * 86_400_000), maxMs: String(14 * 86_400_000) },
    tags: expect.arrayContaining(['red', 'blue']),
    rolloverSizeBytes: String(64 * 1024 * 1024),
    timestampAggregationTimeoutMs: '10000',
  })
  expect(segments).toMatchObject([
    { segment: '0.#epoch.0', id: '0', range: [0, 0.5], head: '0', tail: '0', sealed: false },
    { segment: '1.#epoch.0', id: '1', range: [0.5, 1] },
  ])
  const text = (await run('stream', 'info', 's2/all')).stdout.toString()
  expect(text).toMatch(/scaling +at 100 events\/s per segment by 3, at least 2 segments\n/)
  expect(text).toMatch(/segments +2 open, in epoch 0\n/)
  expect(text).toMatch(/retention +at least 7d, at most 14d\n/)
  expect(text).toMatch(/tags +blue, red\n/)
  expect(text).toMatch(/\n {2}0\.#epoch\.0 +0 to 0\.5 +0 +0 +open\n/)
})

it('changes what is named and keeps the rest', async () => {
  await run('stream', 'create', 's3/x', '--create-scope', '--segments=2', '--retain-size=1GiB', '--tag=keep')
  await json('stream', 'update', 's3/x', '--scale-by-data=50')
  const { configuration } = await json('stream', 'update', 's3/x', '--retain-size-max=2GiB')
  expect(configuration).toMatchObject({
    scaling: { type: 'byDataRate', targetKBps: 50, scaleFactor: 2, minSegments: 2 },
    retention: { type: 'bySize', minBytes: String(2 ** 30), maxBytes: String(2 ** 31) },
    tags: ['keep'],
  })
  expect((await json('stream', 'update', 's3/x', '--keep-all')).configuration).not.toHaveProperty('retention')
  expect(await json('stream', 'tag', 'add', 's3/x', 'red,blue')).toMatchObject({ tags: ['blue', 'keep', 'red'] })
  expect(await json('stream', 'tag', 'remove', 's3/x', 'red')).toMatchObject({ tags: ['blue', 'keep'] })
  expect((await run('stream', 'tag', 'list', 's3/x')).stdout.toString()).toBe('blue\nkeep\n')
  expect(jsonLines((await run('stream', 'list', 's3', '--tag', 'blue', '--json')).stdout)).toEqual([
    { scope: 's3', stream: 'x' },
  ])
  expect((await json('stream', 'update', 's3/x', '--replace', '--segments=1')).configuration).toMatchObject({
    scaling: { type: 'fixed', segments: 1 },
    tags: [],
  })
  expect(await code('stream', 'update', 's3/x')).toBe(2)
  expect(await code('stream', 'update', 's3/x', '--keep-all', '--retain-time=1d')).toBe(2)
})

it('scales by number, by segment and by range', async () => {
  await run('stream', 'create', 's4/x', '--create-scope')
  const ranges = async (...args: string[]): Promise<unknown> => {
    const { segments } = await json('stream', 'scale', 's4/x', ...args)
    return (segments as { range: unknown }[]).map(({ range }) => range)
  }
  expect(await ranges('--to=2')).toEqual([
    [0, 0.5],
    [0.5, 1],
  ])
  expect(await ranges('--split=1.#epoch.1', '--into=2')).toEqual([
    [0, 0.25],
    [0.25, 0.5],
    [0.5, 1],
  ])
  expect(await ranges('--merge=3.#epoch.2,4.#epoch.2')).toEqual([
    [0, 0.5],
    [0.5, 1],
  ])
  expect(await ranges('--seal=2.#epoch.1', '--ranges=0.5-0.6,0.6-1')).toEqual([
    [0, 0.5],
    [0.5, 0.6],
    [0.6, 1],
  ])
  expect((await run('stream', 'info', 's4/x')).stdout.toString()).toMatch(/segments +3 open, 5 sealed, in epoch 4\n/)
  expect(await code('stream', 'scale', 's4/x', '--split=99')).toBe(4)
})

it('truncates, seals and deletes streams', async () => {
  await run('bytes', 'write', 's5/x', '--create', import.meta.filename)
  const { tail, bytes } = await json('stream', 'info', 's5/x')
  expect(Number(bytes)).toBeGreaterThan(0)
  expect(await json('stream', 'truncate', 's5/x', '--at', String(tail))).toMatchObject({ head: tail })
  expect(await json('stream', 'info', 's5/x')).toMatchObject({ bytes: '0', sealed: false })
  expect(await code('stream', 'truncate', 's5/x', '--at', 'tail')).toBe(0)

  expect(await code('stream', 'delete', 's5/x')).toBe(4)
  expect(await json('stream', 'seal', 's5/x')).toMatchObject({ sealed: true })
  expect(await code('stream', 'truncate', 's5/x', '--at', 'tail')).toBe(4)
  expect(await json('stream', 'exists', 's5/x')).toMatchObject({ exists: true })
  expect(await json('stream', 'delete', 's5/x')).toMatchObject({ deleted: true })
  expect(await code('stream', 'exists', 's5/x')).toBe(3)
  expect(await code('stream', 'delete', 's5/x')).toBe(3)
  expect(await code('stream', 'rm', 's5/x', '--if-exists')).toBe(0)
})

it('says what to do when something is missing', async () => {
  const noScope = await run('stream', 'create', 'absent/x', '--json')
  expect(noScope.code).toBe(3)
  expect(jsonLines(noScope.stderr)).toMatchObject([{ error: { code: 'SCOPE_NOT_FOUND', exitCode: 3 } }])
  expect((jsonLines(noScope.stderr)[0] as { error: { hint: string } }).error.hint).toContain('pravega scope create')
  const noStream = await run('stream', 'info', 'absent/x')
  expect(noStream.code).toBe(3)
  expect(noStream.stderr).toContain('pravega stream create')
})
