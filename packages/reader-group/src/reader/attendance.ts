import { javaStringHash, type KeyRange, type PravegaError, textPosition } from '@pravega-ts/model'
import { segmentsToAcquire, segmentToRelease } from '../state/assignment.ts'
import { hasOngoingCheckpoint, isSilent } from '../state/checkpoint-queries.ts'
import type { Offsets, ReaderGroupState, SegmentName } from '../state/reader-group-state.ts'
import { reduce } from '../state/reduce.ts'
import type { ReaderGroupUpdate } from '../state/updates.ts'
import type { Decision } from '../stores/state-store.ts'
import { type Evidence, type Membership, reasonToLeave } from './membership.ts'

/** What follows a segment that was read to its end. None: nothing does. */
export interface Completion {
  readonly successors: ReadonlyMap<SegmentName, readonly bigint[]>
  readonly ranges: ReadonlyMap<SegmentName, KeyRange | undefined>
}

/** What a reader knows when it looks at the group's state. */
export interface Situation {
  readonly member: Membership
  readonly evidence: Evidence
  /** Acknowledged offsets of everything it owns. */
  readonly positions: Offsets
  /** Segments that nobody reads in at the moment. The others cannot be released. */
  readonly releasable: ReadonlySet<SegmentName>
  readonly completions: ReadonlyMap<SegmentName, Completion>
  readonly mayAcquire: boolean
  readonly mayRelease: boolean
  /** Told with what is acquired or released, and alone when `tellLag`. */
  readonly lag: bigint
  readonly tellLag: boolean
  /** Id of the automatic checkpoint to make. */
  readonly newCheckpoint: string | undefined
  /** Whether checkpoints that are not silent wait for the application. */
  readonly delivers: boolean
  /** What the application has answered. */
  readonly answers: ReadonlyMap<string, Offsets>
}

/** What was decided. Holds when the decision was written. */
export interface Attendance {
  /** It is no member any more; nothing else was decided. */
  readonly left?: PravegaError | undefined
  readonly acquired: ReadonlyMap<SegmentName, bigint>
  readonly released: SegmentName | undefined
  /** Should be released as soon as nobody reads in it. */
  readonly recalled: SegmentName | undefined
  readonly completed: readonly SegmentName[]
  readonly answered: readonly string[]
  readonly created: string | undefined
  readonly toldLag: boolean
}

/**
 * What a reader writes when it has looked at the group's state: answers to checkpoints, what it has completed, what it acquires or
 * releases, its lag. Pure.
 */
export function attend(state: ReaderGroupState, situation: Situation): Decision<Attendance> {
  const { member, evidence } = situation
  const left = reasonToLeave(state, member, evidence)
  if (left !== undefined) return { updates: [], result: { ...NOTHING, left } }

  const { reader } = member
  const draft = new Draft(state)
  const created = automaticCheckpoint(draft, situation)
  const { answered, isBlocked } = answerCheckpoints(draft, situation)
  const completed: SegmentName[] = []
  let acquired: ReadonlyMap<SegmentName, bigint> = new Map()
  let release: Release = {}
  if (!isBlocked) {
    for (const [segment, { successors, ranges }] of situation.completions) {
      draft.add({ type: 'segmentCompleted', reader, segment, successors, ranges })
      completed.push(segment)
    }
    // What was completed makes room; whoever follows should be read at once.
    if (situation.mayAcquire || completed.length > 0) acquired = acquire(draft, reader)
    if (situation.mayRelease && acquired.size === 0) release = releaseOne(draft, situation)
  }
  const moved = acquired.size > 0 || release.released !== undefined
  const toldLag = moved || situation.tellLag
  if (toldLag) draft.add(lagUpdate(draft.state, situation))
  const { released, recalled } = release
  return {
    updates: draft.updates,
    result: { acquired, released, recalled, completed, answered, created, toldLag },
  }
}

/** What a reader writes to become a member. */
export function join(
  state: ReaderGroupState,
  reader: string,
  mayAcquire: boolean,
): Decision<ReadonlyMap<SegmentName, bigint>> {
  const draft = new Draft(state)
  draft.add({ type: 'addReader', reader })
  const acquired = mayAcquire ? acquire(draft, reader) : new Map<SegmentName, bigint>()
  if (acquired.size > 0) {
    draft.add({ type: 'updateDistanceToTail', reader, lag: 0n, ...ownedWithRanges(draft.state, reader, acquired) })
  }
  return { updates: draft.updates, result: acquired }
}

/** What a reader writes to leave with its positions. */
export function leave(
  state: ReaderGroupState,
  member: Membership,
  evidence: Evidence,
  positions: Offsets,
): Decision<void> {
  const { reader } = member
  const isMember = reasonToLeave(state, member, evidence) === undefined
  const update: ReaderGroupUpdate = { type: 'removeReader', reader, offsets: positions }
  return { updates: isMember ? [update] : [], result: undefined }
}

const NOTHING: Attendance = {
  acquired: new Map(),
  released: undefined,
  recalled: undefined,
  completed: [],
  answered: [],
  created: undefined,
  toldLag: false,
}

/** Updates, and the state that they lead to. */
class Draft {
  state: ReaderGroupState
  readonly updates: ReaderGroupUpdate[] = []

  constructor(state: ReaderGroupState) {
    this.state = state
  }

  add(update: ReaderGroupUpdate): void {
    this.state = reduce(this.state, update)
    this.updates.push(update)
  }
}

function automaticCheckpoint(draft: Draft, { newCheckpoint }: Situation): string | undefined {
  if (newCheckpoint === undefined || hasOngoingCheckpoint(draft.state)) return undefined
  draft.add({ type: 'createCheckpoint', checkpoint: newCheckpoint })
  draft.add({ type: 'clearCheckpointsBefore', checkpoint: newCheckpoint })
  return newCheckpoint
}

function answerCheckpoints(
  draft: Draft,
  { member, positions, delivers, answers }: Situation,
): { answered: readonly string[]; isBlocked: boolean } {
  const { reader } = member
  const answered: string[] = []
  let isBlocked = false
  for (const { id, waitingFor } of draft.state.checkpoints.list) {
    if (!waitingFor.has(reader)) continue
    const answer = answers.get(id) ?? (isSilent(id) || !delivers ? positions : undefined)
    if (answer === undefined) isBlocked = true
    else {
      draft.add({ type: 'checkpointReader', checkpoint: id, reader, positions: answer })
      answered.push(id)
    }
  }
  return { answered, isBlocked }
}

function acquire(draft: Draft, reader: string): ReadonlyMap<SegmentName, bigint> {
  const acquired = new Map<SegmentName, bigint>()
  for (const segment of segmentsToAcquire(draft.state, reader)) {
    draft.add({ type: 'acquireSegment', reader, segment })
    acquired.set(segment, draft.state.assigned.get(reader)?.get(segment) ?? 0n)
  }
  return acquired
}

interface Release {
  readonly released?: SegmentName | undefined
  readonly recalled?: SegmentName | undefined
}

function releaseOne(draft: Draft, { member, positions, releasable }: Situation): Release {
  const { reader } = member
  const first = segmentToRelease(draft.state, reader)
  if (first === undefined) return {}
  const segment = releasable.has(first) ? first : highestHash(reader, releasable, positions)
  const offset = segment === undefined ? undefined : positions.get(segment)
  if (segment === undefined || offset === undefined) return { recalled: first }
  draft.add({ type: 'releaseSegment', reader, segment, offset })
  return { released: segment }
}

/** As Java members choose, among those that can be released. */
function highestHash(reader: string, releasable: Iterable<SegmentName>, owned: Offsets): SegmentName | undefined {
  const seed = javaStringHash(reader)
  let chosen: SegmentName | undefined
  let highest = -1
  for (const segment of releasable) {
    const position = textPosition(segment, seed)
    if (!owned.has(segment) || position <= highest) continue
    chosen = segment
    highest = position
  }
  return chosen
}

function lagUpdate(state: ReaderGroupState, { member, lag, positions }: Situation): ReaderGroupUpdate {
  const { reader } = member
  return { type: 'updateDistanceToTail', reader, lag, ...ownedWithRanges(state, reader, positions) }
}

/** What is read by now in everything that the reader owns; the recorded offset of what it does not know yet. */
function ownedWithRanges(
  state: ReaderGroupState,
  reader: string,
  positions: Offsets,
): { offsets: Offsets; ranges: ReadonlyMap<SegmentName, KeyRange | undefined> } {
  const offsets = new Map<SegmentName, bigint>()
  const ranges = new Map<SegmentName, KeyRange | undefined>()
  for (const [segment, recorded] of state.assigned.get(reader) ?? []) {
    offsets.set(segment, positions.get(segment) ?? recorded)
    ranges.set(segment, state.ranges.get(segment))
  }
  return { offsets, ranges }
}
