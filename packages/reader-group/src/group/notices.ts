import { type CallOptions, Deadline } from '@pravega-ts/model'
import { waitChannel } from '../diagnostics.ts'
import { segmentCount } from '../state/assignment.ts'
import { isEndOfData } from '../state/positions.ts'
import type { GroupContext } from './group-context.ts'
import { groupText } from './group-name.ts'

/** A group may be configured with a refresh time of 0. */
const SHORTEST_POLL_MS = 100

/** What one may want to be told about a group. */
export type GroupNotice =
  /** How many segments are read by how many readers: first as it is, then whenever it changes. */
  | { readonly kind: 'segments'; readonly segments: number; readonly readers: number }
  /** Everything up to the ends is read by all readers. The last notice. */
  | { readonly kind: 'endOfData' }

/** Looks at the state as often as the group's readers do, and tells what has changed. The time of the call is for all of it. */
export async function* groupNotices(
  { group, state: store }: GroupContext,
  call?: CallOptions,
): AsyncGenerator<GroupNotice, void, undefined> {
  using deadline = new Deadline(`Watching reader group ${groupText(group)}`, call)
  let last: string | undefined
  for (;;) {
    const state = await store.refresh(deadline.rest())
    if (isEndOfData(state)) {
      yield { kind: 'endOfData' }
      return
    }
    const segments = segmentCount(state)
    const readers = state.assigned.size
    if (last !== `${segments} ${readers}`) yield { kind: 'segments', segments, readers }
    last = `${segments} ${readers}`
    await deadline.pause(Math.max(SHORTEST_POLL_MS, Number(state.config.refreshTimeMs)))
  }
}

/** Resolves when everything up to the ends is read by all readers. */
export async function endOfData({ group, state: store }: GroupContext, call?: CallOptions): Promise<void> {
  const began = performance.now()
  using deadline = new Deadline(`Waiting for the end of the data of reader group ${groupText(group)}`, call)
  for (;;) {
    const state = await store.refresh(deadline.rest())
    if (isEndOfData(state)) return
    if (waitChannel.hasSubscribers) {
      const readers = [...state.assigned].filter(([, owned]) => owned.size > 0).map(([reader]) => reader)
      const waitsFor = `${segmentCount(state)} segments to be read to their ends`
      waitChannel.publish({ group: groupText(group), waitsFor, waitedMs: performance.now() - began, readers })
    }
    await deadline.pause(Math.max(SHORTEST_POLL_MS, Number(state.config.refreshTimeMs)))
  }
}
