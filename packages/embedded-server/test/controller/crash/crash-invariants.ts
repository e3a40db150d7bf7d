import { expect } from 'vitest'
import { allSegments, currentSegments, firstEpoch } from '../../../src/controller/domain/epochs.ts'
import {
  isMarkStream,
  markStreamOf,
  readerGroupStreamOf,
  segmentName,
  tableSegmentOwner,
} from '../../../src/controller/domain/names.ts'
import { headPlacements, segmentsBefore } from '../../../src/controller/domain/stream-cut.ts'
import type { StreamRecord } from '../../../src/controller/domain/stream-record.ts'
import { outcomeOf } from '../../../src/controller/operations/transaction-completion.ts'
import type { ControllerState } from '../../../src/controller/state/controller-state.ts'
import { coverAllKeys } from '../reader-walk.ts'
import type { CrashHistory } from './crash-history.ts'
import type { CrashWorld } from './crash-world.ts'

/** All streams that there are. */
export function streamsOf(state: ControllerState): readonly StreamRecord[] {
  return state.streams.parents().flatMap(scope => state.streams.list(scope).map(([, record]) => record))
}

/** What must hold of any server when it has finished what was decided, and all leases have run out. */
export function expectInOrder(world: CrashWorld): void {
  const {
    failures,
    context: { state },
    storage,
  } = world
  expect(failures).toEqual([])
  const streams = streamsOf(state)
  const closed = new Set<string>()
  const open = new Set<string>()
  for (const record of streams) {
    expect(record.pending).toBeUndefined()
    expect(record.epochs.every(({ segments }) => coverAllKeys(segments))).toBe(true)
    const { scope, stream } = record
    const gone = new Set(segmentsBefore(record.epochs, headPlacements(record)))
    const current = new Set(currentSegments(record).map(({ id }) => id))
    for (const { id } of allSegments(record.epochs)) {
      if (gone.has(id)) continue
      ;(current.has(id) ? open : closed).add(segmentName(scope, stream, id))
    }
    expect(state.transactions.list(`${scope}/${stream}`)).toEqual([])
    if (!isMarkStream(stream)) expect(state.streams.get(scope, markStreamOf(stream))).toBeDefined()
  }
  for (const scope of state.tables.parents()) {
    for (const [table, config] of state.tables.list(scope)) {
      for (const { id } of firstEpoch(config.partitions, 0, 0).segments) {
        const name = segmentName(scope, tableSegmentOwner(table), id)
        open.add(name)
        expect(storage.find(name)?.keyLength).toBe(config.primaryKeyLength)
      }
    }
  }
  expect(storage.names.filter(name => storage.get(name).isSealed).sort()).toEqual([...closed].sort())
  expect(storage.names.filter(name => !storage.get(name).isSealed).sort()).toEqual([...open].sort())
  expectGroupsInOrder(state)
}

function expectGroupsInOrder(state: ControllerState): void {
  const groups = state.readerGroups.parents().flatMap(scope => state.readerGroups.list(scope).map(([, group]) => group))
  const states = groups.map(({ scope, group }) => `${scope}/${readerGroupStreamOf(group)}`)
  const found = streamsOf(state)
    .filter(({ stream }) => stream.startsWith('_RG'))
    .map(({ scope, stream }) => `${scope}/${stream}`)
  expect(found.sort()).toEqual(states.sort())
  const subscribed = state.subscribers
    .parents()
    .flatMap(key => state.subscribers.list(key).map(([name]) => `${name} of ${key}`))
  const wanted = groups.flatMap(({ scope, group, startingCuts }) =>
    startingCuts.map(cut => `${scope}/${group} of ${cut.scope}/${cut.stream}`),
  )
  expect(subscribed.filter(each => !wanted.includes(each))).toEqual([])
}

/** What was acknowledged before the crash is so, and transactions are there once or not at all. */
export function expectKept(world: CrashWorld, history: CrashHistory, groups: number, losing: boolean): void {
  const { context, storage } = world
  const answered = history.answered(groups)
  for (const { id, puts, stream, text } of history.transactions) {
    const outcome = outcomeOf(context, `a/${stream}`, id)
    const said = answered.filter(({ name }) => name === id)
    if (said.some(({ what, answer }) => what !== 'abort' && answer === 'SUCCESS')) expect(outcome).toBe('committed')
    if (said.some(({ what, answer }) => what === 'abort' && answer === 'SUCCESS')) expect(outcome).toBe('aborted')
    const calls = history.asked.filter(({ name, what }) => name === id && what !== 'abort')
    const noted = calls.every(({ what }) => what === 'commitAt') && said.some(({ answer }) => answer === 'SUCCESS')
    if (noted && outcome === 'committed' && !losing)
      expect(context.state.writers.get(`a/${stream}`, 'w')?.timestamp).toBe(5n)
    const found = storage.names
      .filter(name => name.startsWith(`a/${stream}/`))
      .flatMap(name => storage.get(name).text.match(new RegExp(text, 'g')) ?? []).length
    if (outcome !== 'committed') expect(found).toBe(0)
    else if (losing) expect(found).toBeLessThanOrEqual(puts)
    else expect(found).toBe(puts)
  }
  expectThere(history, groups, 'createStream', ['delete', 'empty'], name => context.state.streams.get('a', name))
  expectThere(history, groups, 'createGroup', ['deleteGroup', 'empty'], name =>
    context.state.readerGroups.get('a', name),
  )
  expectThere(history, groups, 'createTable', ['deleteTable', 'empty'], name => context.state.tables.get('a', name))
}

function expectThere(
  history: CrashHistory,
  groups: number,
  creation: string,
  deletions: readonly string[],
  find: (name: string) => unknown,
): void {
  const isSuccess = (answer: unknown): boolean =>
    answer === 'SUCCESS' || (answer as { status?: string } | undefined)?.status === 'SUCCESS'
  for (const name of new Set(history.asked.map(each => each.name))) {
    const about = history.asked.filter(each => each.at <= groups && (each.name === name || each.what === 'empty'))
    const created = about.filter(
      ({ what, answer, answeredAt }) => what === creation && isSuccess(answer) && answeredAt <= groups,
    )
    const deleted = about.filter(({ what }) => deletions.includes(what))
    const isKept = created.some(({ at }) => deleted.every(({ answeredAt }) => answeredAt < at))
    if (isKept) expect(find(name)).toBeDefined()
    const removed = deleted.filter(
      ({ what, answer, answeredAt }) => what !== 'empty' && isSuccess(answer) && answeredAt <= groups,
    )
    const creations = about.filter(({ what }) => what === creation)
    if (removed.some(({ at }) => creations.every(({ answeredAt }) => answeredAt < at)))
      expect(find(name)).toBeUndefined()
  }
}
