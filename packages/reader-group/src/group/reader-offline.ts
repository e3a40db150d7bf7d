import { type CallOptions, validateReaderId } from '@pravega-ts/model'
import { ReaderPosition } from '../codec/reader-position.ts'
import { callDeadline, type GroupContext } from './group-context.ts'

/** Takes a reader out of the group. Resolves to whether it was in. */
export async function readerOffline(
  { group, state: store }: GroupContext,
  readerId: string,
  position: ReaderPosition | string | undefined,
  call: CallOptions | undefined,
): Promise<boolean> {
  const reader = validateReaderId(readerId)
  const given = typeof position === 'string' ? ReaderPosition.fromText(position) : position
  using deadline = callDeadline(`Taking reader ${reader} offline in`, group, call)
  await store.refresh(deadline.rest())
  return await store.transact<boolean>(state => {
    const owned = state.assigned.get(reader)
    if (owned === undefined) return { updates: [], result: false }
    const offsets = new Map([...(given?.segments ?? [])].filter(([segment]) => owned.has(segment)))
    return { updates: [{ type: 'removeReader', reader, offsets }], result: true }
  }, deadline.rest())
}
