import { StreamingBatchWriter, WriteError, type WriteSummary } from '../../src/index.ts'
import { migrate, record, sizedRows, stale } from './messages.ts'
import type { Behaviour, Plan, Step } from './plan.ts'
import { type Batch, type Call, type Message, Recorder } from './recorder.ts'
import { TestClock, turn } from './test-clock.ts'

/** A flush, with the calls that had returned when it resolved. */
export interface Flush {
  /** Messages that were sent before it. */
  readonly sent: number
  outcome: 'waiting' | 'resolved' | 'rejected'
  /** Messages that calls had taken and returned for by then. */
  settled: ReadonlySet<Message> | undefined
}

export interface Played {
  readonly client: Recorder
  /** What was sent, in order, or pulled. */
  readonly sent: readonly Message[]
  readonly flushes: readonly Flush[]
  readonly aborted: boolean
  readonly summary: WriteSummary
  readonly error: WriteError | undefined
  /** Kinds that ever ran beside each other. */
  readonly overlaps: readonly string[]
  /** Per table or kind: most calls that ran at the same time. */
  readonly mostPerLane: ReadonlyMap<string, number>
}

export const laneOf = ({ kind, table }: { kind: string; table?: string | undefined }): string =>
  kind === 'insert' ? `insert ${table}` : kind

const MOST_ROUNDS = 2000

/** Carries a plan out on a test clock. */
export async function play({ steps, behaviours, options, pulled }: Plan): Promise<Played> {
  const clock = new TestClock()
  const overlaps: string[] = []
  const mostPerLane = new Map<string, number>()
  const client = new Recorder((batch, call) => {
    const { running } = client
    for (const other of running) if (other.kind !== call.kind) overlaps.push(`${other.kind} and ${call.kind}`)
    const lane = laneOf(call)
    const beside = running.filter(other => laneOf(other) === lane).length
    mostPerLane.set(lane, Math.max(beside, mostPerLane.get(lane) ?? 0))
    return act(behaviours[(client.calls.length - 1) % behaviours.length] as Behaviour, batch, call, clock)
  })
  const controller = new AbortController()
  const writer = new StreamingBatchWriter(client, { ...options, rows: sizedRows, clock, onBatch: client.onBatch })
  const sent: Message[] = []
  const flushes: Flush[] = []
  let nextId = 0

  const flush = () => {
    const started: Flush = { sent: sent.length, outcome: 'waiting', settled: undefined }
    flushes.push(started)
    const settle = (outcome: 'resolved' | 'rejected') => {
      started.outcome = outcome
      started.settled = new Set(client.calls.filter(({ state }) => state === 'returned').flatMap(call => call.messages))
    }
    writer.flush().then(
      () => settle('resolved'),
      () => settle('rejected'),
    )
  }
  const messageOf = (step: Extract<Step, { tag: 'send' }>): Message => {
    const message = makeMessage(step, nextId)
    nextId += message.kind === 'insert' ? message.rows.length : 0
    sent.push(message)
    return message
  }

  async function* pull() {
    for (const step of steps) {
      if (step.tag === 'send') yield messageOf(step)
      else if (step.tag === 'pass') await clock.sleep(step.ms)
      else if (step.tag === 'flush') flush()
      else controller.abort(new Error('aborted by the plan'))
    }
  }
  async function push(): Promise<WriteSummary> {
    const session = writer.open({ signal: controller.signal })
    for (const step of steps) {
      if (step.tag === 'send') session.send(messageOf(step))
      else if (step.tag === 'pass') await clock.sleep(step.ms)
      else if (step.tag === 'flush') flush()
      else controller.abort(new Error('aborted by the plan'))
    }
    return session.close()
  }
  function* pullAtOnce() {
    for (const step of steps) {
      if (step.tag === 'send') yield messageOf(step)
      else if (step.tag === 'abort') controller.abort(new Error('aborted by the plan'))
    }
  }

  const { signal } = controller
  const input = pulled === 'sync' ? pullAtOnce() : pull()
  const written = pulled === 'no' ? push() : writer.write(input, { signal })
  const result = await outcomeOf(written, clock)
  await clock.pass(1000)
  if (clock.pending > 0) throw new Error(`${clock.pending} timers are left`)
  if (flushes.some(({ outcome }) => outcome === 'waiting')) throw new Error('a flush never settled')
  const error = result instanceof WriteError ? result : undefined
  const summary = result instanceof WriteError ? result.summary : result
  return { client, sent, flushes, aborted: signal.aborted, summary, error, overlaps, mostPerLane }
}

async function outcomeOf(written: Promise<WriteSummary>, clock: TestClock): Promise<WriteSummary | WriteError> {
  let outcome: { readonly value: WriteSummary | WriteError } | { readonly thrown: unknown } | undefined
  written.then(
    value => {
      outcome = { value }
    },
    (thrown: unknown) => {
      outcome = thrown instanceof WriteError ? { value: thrown } : { thrown }
    },
  )
  for (let round = 0; outcome === undefined; round++) {
    if (round > MOST_ROUNDS) throw new Error('the write never ends')
    await clock.pass(5)
    await turn()
  }
  if ('thrown' in outcome) throw outcome.thrown
  return outcome.value
}

function makeMessage({ kind, table, sizes }: Extract<Step, { tag: 'send' }>, firstId: number): Message {
  switch (kind) {
    case 'insert':
      return { kind, table, rows: sizes.map((size, index) => ({ id: firstId + index, size })) }
    case 'migrateTable':
      return migrate(table)
    case 'deleteStale':
      return stale(table)
    case 'deleteRecord':
      return record(table)
  }
}

function act(behaviour: Behaviour, batch: Batch, call: Call, clock: TestClock): Promise<void> {
  const fail = () => new Error(`call ${call.number} fails`)
  if (behaviour.end === 'throw synchronously') throw fail()
  return (async () => {
    try {
      await read(behaviour, batch, call, clock)
    } catch (error) {
      call.broken = error
      if (!behaviour.hides) throw error
    }
    if (behaviour.commit > 0) await clock.sleep(behaviour.commit)
    if (behaviour.end === 'throw') throw fail()
  })()
}

async function read({ how, delay, take }: Behaviour, batch: Batch, call: Call, clock: TestClock): Promise<void> {
  let taken = 0
  const source: AsyncIterable<Message | readonly Message[]> = how === 'chunks' ? batch.chunks() : batch
  if (take === 0) return
  for await (const item of source) {
    call.messages.push(...[item].flat())
    taken += 1
    if (taken >= take) return
    if (delay > 0) await clock.sleep(delay)
  }
}
