import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sizedRows, writerOn } from './support/messages.ts'
import { anyPlan, calmPlan, type Plan } from './support/plan.ts'
import { laneOf, type Played, play } from './support/play.ts'
import { type Call, idsOf, type Message, Recorder, type Row } from './support/recorder.ts'

const rowsOf = (message: Message): readonly Row[] => (message.kind === 'insert' ? message.rows : [{ id: -1, size: 0 }])
const countOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + rowsOf(message).length, 0)
const sizeOf = ({ size = 1 }: Row): number => Math.max(1, size)
const bytesOf = (message: Message): number =>
  message.kind === 'insert' ? message.rows.reduce((sum, row) => sum + sizeOf(row), 0) : 0

function limit(value: number | undefined): number {
  return value === undefined || value === 0 ? Number.POSITIVE_INFINITY : value
}

/** Which run of messages of one kind each message, and each row, belongs to. */
function runsOf(sent: readonly Message[]): Map<Message | number, number> {
  const runs = new Map<Message | number, number>()
  let run = 0
  for (const [index, message] of sent.entries()) {
    if (index > 0 && message.kind !== sent[index - 1]?.kind) run += 1
    runs.set(message, run)
    if (message.kind === 'insert') for (const { id } of message.rows) runs.set(id, run)
  }
  return runs
}

function checkCaps({ client }: Played, { options }: Plan): void {
  for (const { messages } of client.calls) {
    const rows = countOf(messages)
    const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 0)
    expect(rows).toBeLessThanOrEqual(limit(options.batchSizeRows))
    if (rows > 1) expect(bytes).toBeLessThanOrEqual(limit(options.batchSizeBytes))
    for (const message of messages) expect(rowsOf(message).length).toBeGreaterThan(0)
  }
}

function checkConcurrency({ client, overlaps, mostPerLane }: Played, { options }: Plan): void {
  if (options.barrier === 'wait') expect(overlaps).toEqual([])
  expect(client.mostRunning).toBeLessThanOrEqual(limit(options.maxConcurrentBatches))
  for (const most of mostPerLane.values()) expect(most).toBeLessThanOrEqual(options.maxConcurrentBatchesPerTable ?? 1)
}

/**
 * Rows of a table come in order and each once; so do the other messages. With one call at a time there is no gap between those
 * that came: with more, a call that fails before it takes anything leaves one.
 */
function checkOrder({ client, sent }: Played, { options }: Plan): void {
  const gaps = options.maxConcurrentBatchesPerTable !== 1
  for (const table of new Set(sent.map(message => message.table))) {
    const expected = sent.flatMap(message => (message.table === table && message.kind === 'insert' ? message.rows : []))
    const got = client.calls.filter(call => call.kind === 'insert' && call.table === table).flatMap(idsOf)
    checkSubsequence(
      got,
      expected.map(({ id }) => id),
      gaps,
    )
  }
  for (const kind of ['migrateTable', 'deleteStale', 'deleteRecord']) {
    const expected = sent.filter(message => message.kind === kind)
    const got = client.calls.filter(call => call.kind === kind).flatMap(call => call.messages)
    checkSubsequence(got, expected, gaps)
  }
}

function checkSubsequence<T>(got: readonly T[], expected: readonly T[], gaps: boolean): void {
  if (!gaps) expect(got).toEqual(expected.slice(0, got.length))
  let next = 0
  for (const item of got) {
    const at = expected.indexOf(item, next)
    expect(at).toBeGreaterThanOrEqual(next)
    next = at + 1
  }
}

/** No batch reaches across a change of kind, and behind a barrier none begins before the ones before it. */
function checkRuns({ client, sent }: Played, { options }: Plan): void {
  const runs = runsOf(sent)
  const runOf = (message: Message) =>
    message.kind === 'insert' ? message.rows.map(({ id }) => runs.get(id)) : [runs.get(message)]
  let latest = 0
  for (const { messages } of client.calls) {
    const found = new Set(messages.flatMap(runOf))
    expect(found.size).toBeLessThanOrEqual(1)
    const [run = latest] = found
    if (options.barrier === 'wait') expect(run).toBeGreaterThanOrEqual(latest)
    latest = run
  }
}

/** Every row that was taken in is counted once: delivered, failed or dropped, by what its call did. */
function checkCounts({ client, summary, sent, aborted, error }: Played): void {
  const by = (state: Call['state'], lane: string) =>
    client.calls
      .filter(call => call.state === state && laneOf(call) === lane)
      .reduce((sum, { messages }) => sum + countOf(messages), 0)
  for (const [table, counts] of summary.tables) {
    expect(counts.delivered).toBe(by('returned', `insert ${table}`))
    expect(counts.failed).toBe(by('threw', `insert ${table}`))
  }
  for (const kind of ['migrateTable', 'deleteStale', 'deleteRecord'] as const) {
    expect(summary.kinds[kind].delivered).toBe(by('returned', kind))
    expect(summary.kinds[kind].failed).toBe(by('threw', kind))
  }
  const counted = Object.values(summary.kinds).reduce(
    (sum, { delivered, failed, dropped }) => sum + delivered + failed + dropped,
    0,
  )
  const wentThrough = !aborted && (error === undefined || error.code === 'WRITE_FAILED')
  if (wentThrough) expect(counted).toBe(countOf(sent))
  expect(counted).toBe(countOf(sent.slice(0, summary.messages)))
  // A batch of which the handler is not even called is not among the calls.
  expect(summary.batches).toBeGreaterThanOrEqual(client.calls.length)
}

function checkOutcome({ client, summary, error, aborted, sent }: Played, { options }: Plan): void {
  const failed = client.calls.filter(({ state, messages }) => state === 'threw' || messages.length === 0)
  if (error === undefined) {
    expect(failed).toEqual([])
    expect(summary.messages).toBe(sent.length)
    return
  }
  expect(error.code).toBe(
    aborted && error.code === 'ABORTED' ? 'ABORTED' : options.onError === 'stop' ? 'STOPPED' : 'WRITE_FAILED',
  )
  if (error.code !== 'WRITE_FAILED') return
  expect(error.errors.map(({ batch }) => batch).sort()).toEqual(failed.map(({ number }) => number).sort())
  for (const failure of error.errors) {
    const call = client.calls.find(({ number }) => number === failure.batch)
    expect(failure.kind).toBe(call?.kind)
    expect(failure.table).toBe((call?.messages.at(-1) ?? call?.batch.first)?.table)
  }
}

/** With one call at a time, a table or kind that has failed sees no further one. */
function checkFailedLanes({ client }: Played, { options }: Plan): void {
  if (options.maxConcurrentBatchesPerTable !== 1) return
  const over = new Set<string>()
  for (const call of client.calls) {
    const lane = laneOf(call)
    expect(over.has(lane)).toBe(false)
    if (call.state === 'threw' || call.messages.length === 0) over.add(lane)
  }
}

/**
 * What was sent before a flush that resolved had been delivered by then. A write that is stopped tells itself of what was not, and input
 * that has not noticed yet may still flush when it is over: then there is nothing to do.
 */
function checkFlushes({ error, flushes, sent }: Played): void {
  if (error?.code === 'STOPPED') return
  for (const { outcome, sent: count, settled } of flushes) {
    if (outcome !== 'resolved') continue
    const before = countOf(sent.slice(0, count))
    expect(countOf([...(settled ?? [])])).toBeGreaterThanOrEqual(before)
  }
}

describe('whatever comes, and whatever handlers do', () => {
  it('the rules hold', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async plan => {
        const played = await play(plan)
        checkCaps(played, plan)
        checkConcurrency(played, plan)
        checkOrder(played, plan)
        checkRuns(played, plan)
        checkCounts(played)
        checkOutcome(played, plan)
        checkFailedLanes(played, plan)
        if (!played.aborted) checkFlushes(played)
      }),
      { numRuns: 1000 },
    )
  })

  it('every row is delivered once and in order when no handler fails', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(calmPlan, async plan => {
        const played = await play(plan)
        expect(played.error).toBeUndefined()
        checkCaps(played, plan)
        checkConcurrency(played, plan)
        checkOrder(played, plan)
        checkFlushes(played)
        expect(played.client.calls.reduce((sum, { messages }) => sum + countOf(messages), 0)).toBe(countOf(played.sent))
      }),
      { numRuns: 500 },
    )
  })
})

/** The rules of cutting, written down as Go has them, for rows that are all of one size in each insert. */
function cutAsGo(inserts: readonly (readonly Row[])[], maxRows: number, maxBytes: number): number[][] {
  const batches: number[][] = []
  let open: { ids: number[]; bytes: number } | undefined
  const close = () => {
    if (open !== undefined) batches.push(open.ids)
    open = undefined
  }
  for (const rows of inserts) {
    const n = rows.length
    if (n === 0) continue
    const bytes = rows.reduce((sum, row) => sum + sizeOf(row), 0)
    const perRow = Math.floor(bytes / n)
    const ids = rows.map(({ id }) => id)
    const room = Math.min(maxRows - (open?.ids.length ?? 0), Math.floor((maxBytes - (open?.bytes ?? 0)) / perRow))
    if (room >= n) {
      open = { ids: [...(open?.ids ?? []), ...ids], bytes: (open?.bytes ?? 0) + bytes }
      if (open.ids.length >= maxRows || open.bytes >= maxBytes) close()
      continue
    }
    if (room > 0) open = { ids: [...(open?.ids ?? []), ...ids.splice(0, room)], bytes: 0 }
    close()
    const slice = Math.min(maxRows, Math.floor(maxBytes / perRow))
    while (ids.length >= slice) batches.push(ids.splice(0, slice))
    if (ids.length > 0) open = { ids, bytes: ids.length * perRow }
  }
  close()
  return batches
}

const evenInsert = fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 12 }))

it('inserts of even rows are cut exactly as the Go writer cuts them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(evenInsert, { maxLength: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 12, max: 80 }),
      fc.boolean(),
      async (inserts, batchSizeRows, batchSizeBytes, plain) => {
        let next = 0
        const rows = inserts.map(([count, size]) => Array.from({ length: count }, () => ({ id: next++, size })))
        const { count, bytes, slice } = sizedRows
        const client = new Recorder()
        await writerOn(client, {
          rows: plain ? { count, bytes, slice } : sizedRows,
          batchSizeRows,
          batchSizeBytes,
        }).write(rows.map(record => ({ kind: 'insert', table: 'a', rows: record })))
        expect(client.ids()).toEqual(cutAsGo(rows, batchSizeRows, batchSizeBytes))
      },
    ),
    { numRuns: 1000 },
  )
})
