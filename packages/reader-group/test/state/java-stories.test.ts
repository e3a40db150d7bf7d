import { javaStringHash, PravegaError, textPosition } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import {
  acquireDelayMs,
  countToAcquire,
  decodeUpdate,
  onlineReaders,
  type ReaderGroupState,
  reduce,
  releaseDelayMs,
} from '../../src/index.ts'
import { bytesOf, expected, type JavaState, shown, updatesOf } from '../vectors/java-states.ts'
import vectors from '../vectors/reader-group.json' with { type: 'json' }

interface Step {
  readonly record: string
  readonly state: JavaState
  readonly acquireTimeMillis?: Readonly<Record<string, number>>
  readonly releaseTimeMillis?: Readonly<Record<string, number>>
}

const STORIES = vectors.scenarios as unknown as readonly { readonly name: string; readonly steps: readonly Step[] }[]

function delays(state: ReaderGroupState, of: (state: ReaderGroupState, reader: string) => number): object {
  return Object.fromEntries(onlineReaders(state).map(reader => [reader, of(state, reader)]))
}

describe('the state of a group, as Java members had it after each record', () => {
  it('has 62 recorded steps', () => {
    expect(STORIES.flatMap(({ steps }) => steps)).toHaveLength(62)
  })

  it.each(STORIES)('$name', ({ steps }) => {
    let state: ReaderGroupState | undefined
    for (const step of steps) {
      const next = updatesOf(bytesOf(step.record)).reduce<ReaderGroupState | undefined>(
        reduce,
        state,
      ) as ReaderGroupState
      expect(shown(next)).toEqual(expected(step.state))
      expect(delays(next, acquireDelayMs)).toEqual(step.acquireTimeMillis ?? {})
      expect(delays(next, releaseDelayMs)).toEqual(step.releaseTimeMillis ?? {})
      state = next
    }
  })

  it('follows the log of a real group to its end', () => {
    const state = vectors.liveJavaGroup
      .flatMap(({ payload }) => updatesOf(bytesOf(payload)))
      .reduce<ReaderGroupState | undefined>(reduce, undefined)
    expect(vectors.liveJavaGroup).toHaveLength(27)
    expect(state?.assigned).toEqual(new Map())
    expect(state?.unassigned).toEqual(
      new Map([
        ['rglab1/stream/0.#epoch.0', 30n],
        ['rglab1/stream/1.#epoch.0', 60n],
      ]),
    )
    expect(state?.checkpoints.list.map(({ id, waitingFor }) => [id, waitingFor.size])).toEqual([
      ['456fcb75-3c6b-4ba5-a931-ed24bcfdadad', 0],
    ])
  })
})

describe('an update that Java members', () => {
  const init = updatesOf(bytesOf(STORIES[0]?.steps[0]?.record ?? ''))[0]
  if (init === undefined) throw new Error('the first story begins with nothing')
  const begun = reduce(undefined, init)
  const cases = vectors.illegalOrIdempotent.map(({ name, lastUpdate, updates, state }) => ({
    name,
    lastUpdate,
    updates: updates.map(hex => decodeUpdate(bytesOf(hex))),
    state: state as unknown as JavaState,
  }))

  it.each(cases.filter(({ lastUpdate }) => lastUpdate === 'accepted'))('take is taken: $name', ({ updates, state }) => {
    expect(shown(updates.reduce<ReaderGroupState>(reduce, begun))).toEqual(expected(state))
  })

  it.each(cases.filter(({ lastUpdate }) => lastUpdate !== 'accepted'))('fail on is refused: $name', ({ updates }) => {
    const before = updates.slice(0, -1).reduce<ReaderGroupState>(reduce, begun)
    const last = updates.at(-1)
    if (last === undefined || !('reader' in last)) throw new Error('the vector is no update of a reader')
    const error = refused(() => reduce(before, last))
    expect(error).toMatchObject({ code: 'ILLEGAL_STATE_UPDATE', details: { update: last.type, reader: last.reader } })
    const names = [last.type, last.reader, ...('segment' in last ? [last.segment] : [])]
    for (const name of names) expect(error.message).toContain(name)
  })

  it('are 10 in the vectors', () => {
    expect(cases).toHaveLength(10)
  })
})

describe('balancing', () => {
  it.each(vectors.calculateNumSegmentsToAcquire)('takes $toAcquire of $unassigned unassigned ones', one => {
    expect(countToAcquire(one)).toBe(one.toAcquire)
  })

  it.each(vectors.releaseChoice)('hashes $segment for $readerId as Java', ({ readerId, segment, hashToRange }) => {
    expect(textPosition(segment, javaStringHash(readerId))).toBe(Number(hashToRange))
  })
})

function refused(call: () => unknown): PravegaError {
  try {
    call()
  } catch (error) {
    if (PravegaError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
