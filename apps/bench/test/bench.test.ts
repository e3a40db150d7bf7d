import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const entry = fileURLToPath(new URL('../dist/index.js', import.meta.url))
const bench = (...args: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [entry, ...args])

it.each(['bytewrite', 'byteread', 'bytecopy'])('%s prints one JSON line that accounts for every byte', async mode => {
  const { stdout } = await bench('--mode', mode, '--segments', '2', '--event-size', '1000', '--events', '7')
  const figures = JSON.parse(stdout)
  expect(figures).toMatchObject({ mode, engine: 'embedded', segments: 2, event_size: 1000, events: 7, bytes: 7000 })
  for (const name of ['wall_s', 'events_per_s', 'cpu_s', 'peak_rss_mb']) expect(figures[name]).toBeGreaterThan(0)
  // So few bytes may come to nothing in megabytes.
  expect(figures.MB_per_s).toBeGreaterThanOrEqual(0)
  expect(figures.rss_mb_quarters).toHaveLength(4)
})

it.each([
  { mode: 'write', clients: ['ours'] },
  { mode: 'read', clients: ['ours, slices', 'ours, batches', 'ours, borrowed', 'ours, events'] },
  { mode: 'latency', clients: ['ours'] },
])('$mode prints a JSON line for each client, and a table', async ({ mode, clients }) => {
  const sizes = ['--segments', '2', '--event-size', '10', '--events', '500', '--keys', '7', '--rounds', '2']
  const { stdout } = await bench('--mode', mode, ...sizes)
  const lines = stdout.trim().split('\n')
  const figures = lines.slice(0, clients.length).map(line => JSON.parse(line))
  expect(figures.map(({ client }) => client)).toEqual(clients)
  for (const line of figures) {
    expect(line).toMatchObject({
      mode,
      engine: 'embedded',
      segments: 2,
      event_size: 10,
      events: 500,
      keys: 7,
      rounds: 2,
    })
    expect(line.turns).toHaveLength(2)
    expect(line.cpu_us_per_event.best).toBeGreaterThan(0)
    if (mode === 'latency') expect(line.p99_ms.best).toBeGreaterThanOrEqual(line.p50_ms.best)
    else expect(line.events_per_s.best).toBeGreaterThan(0)
  }
  expect(lines.slice(clients.length).map(line => line.split('  ')[0])).toEqual(['client', ...clients])
})

it('txn prints a JSON line and a table for one transaction in flight and for 16', async () => {
  const { stdout } = await bench('--mode', 'txn', '--event-size', '10', '--events', '20', '--rounds', '2')
  const lines = stdout.trim().split('\n')
  expect(lines.map(line => line.split(/[ :]/)[0])).toEqual([
    '{"client"',
    'client',
    'ours',
    '{"client"',
    'client',
    'ours',
  ])
  const figures = lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line))
  expect(figures.map(({ in_flight }) => in_flight)).toEqual([1, 16])
  for (const line of figures) {
    expect(line).toMatchObject({ client: 'ours', mode: 'txn', engine: 'embedded', event_size: 10, rounds: 2 })
    expect(line).toMatchObject({ transactions: 20, events_per_transaction: 100 })
    expect(line.turns).toHaveLength(2)
    expect(line.transactions_per_s.best).toBeGreaterThanOrEqual(line.transactions_per_s.median)
    expect(line.cpu_ms_per_transaction.best).toBeGreaterThan(0)
    expect(line.p99_ms.best).toBeGreaterThanOrEqual(line.p50_ms.best)
  }
})

it('txn takes the number of transactions in flight from the command line', async () => {
  const { stdout } = await bench('--mode', 'txn', '--events', '6', '--rounds', '1', '--in-flight', '3')
  expect(stdout.match(/"in_flight":\d+/g)).toEqual(['"in_flight":3'])
})

it('durable prints a JSON line and a table: ours, and the disk alone with the same groups', async () => {
  const { stdout } = await bench('--mode', 'durable', '--events', '500', '--rounds', '2', '--segments', '2')
  const [json = '', ...table] = stdout.trim().split('\n')
  const figures = JSON.parse(json)
  expect(figures).toMatchObject({ mode: 'durable', events: 500, event_size: 1024, segments: 2, rounds: 2 })
  expect(figures.ours).toHaveLength(2)
  for (const turn of figures.ours) {
    // Every event was written and synced before the turn was over.
    expect(turn.synced_bytes).toBeGreaterThan(500 * 1024)
    expect(turn.groups).toBeGreaterThan(0)
    expect(turn.limit_s).toBeGreaterThan(0)
  }
  expect(table.map(line => line.split('  ')[0])).toEqual([
    '',
    'ours, on disk',
    'disk alone',
    expect.stringMatching(/^groups/),
  ])
})

it('server prints a JSON line for each measurement', async () => {
  const { stdout } = await bench('--mode', 'server', '--gigabytes', '0.002', '--idle-seconds', '1')
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.map(({ what }) => what)).toEqual([
    'start, no data',
    'idle',
    'write 0.002 GB',
    'start with 0.002 GB after SIGKILL',
    'read 0.002 GB',
  ])
})

it.each([
  { feed: 'send', take: 'messages', format: 'objects' },
  { feed: 'iterable', take: 'chunks', format: 'bytes' },
  { feed: 'generator', take: 'messages', format: 'arrow' },
  { feed: 'arrays', take: 'chunks', format: 'objects' },
])('batch prints one JSON line with feed $feed, take $take and format $format', async ({ feed, take, format }) => {
  const sizes = ['--tables', '3', '--messages', '3000', '--rows', '15', '--idle', '5']
  const { stdout } = await bench('--mode', 'batch', ...sizes, '--feed', feed, '--take', take, '--format', format)
  const figures = JSON.parse(stdout)
  expect(figures).toMatchObject({ mode: 'batch', tables: 3, messages: 3000, rows: 15, idle: 5, feed, take, format })
  // 15000 rows of each table: one full batch and the rest; and those of the idle tables.
  expect(figures.batches).toBe(3 * 2 + 5)
  expect(figures.rows_per_s / figures.messages_per_s).toBeCloseTo(15, 1)
  for (const name of ['messages_per_s', 'cpu_s', 'peak_rss_mb']) expect(figures[name]).toBeGreaterThan(0)
})

it('refuses a number that is none, with the value and the rule', async () => {
  const failure = await bench('--mode', 'bytewrite', '--events', 'many').catch(error => error)
  expect(failure.code).toBe(2)
  expect(failure.stderr).toContain('many')
})

it('calls prints a JSON line for each round with one call in flight and with 16', async () => {
  const { stdout } = await bench('--mode', 'calls', '--events', '50', '--rounds', '2')
  const figures = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(figures.map(({ in_flight, round }) => [in_flight, round])).toEqual([
    [1, 1],
    [1, 2],
    [16, 1],
    [16, 2],
  ])
  for (const { calls_per_s, cpu_us_per_call } of figures) {
    expect(calls_per_s).toBeGreaterThan(0)
    expect(cpu_us_per_call).toBeGreaterThan(0)
  }
})

it('tables prints a JSON line for each kind of change, in memory and on disk', async () => {
  const { stdout } = await bench(
    '--mode',
    'tables',
    '--events',
    '20',
    '--rounds',
    '1',
    '--in-flight',
    '4',
    '--keys',
    '7',
  )
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.map(({ what, where }) => [where, what])).toEqual([
    ['memory', 'table updates'],
    ['memory', 'controller calls'],
    ['disk', 'table updates'],
    ['disk', 'controller calls'],
  ])
  for (const line of lines) {
    expect(line).toMatchObject({ mode: 'tables', changes: 20, value_size: 100, in_flight: 4, round: 1 })
    expect(line.changes_per_s).toBeGreaterThan(0)
  }
})
