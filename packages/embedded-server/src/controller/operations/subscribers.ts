import { isAtOrAfter, placeCut } from '../domain/stream-cut.ts'
import type { Cut } from '../domain/stream-record.ts'
import type { ReaderGroupRecord } from '../state/records.ts'
import { type ControllerContext, findStream, streamKey } from './context.ts'
import { badArgument } from './refusal.ts'

export type UpdateSubscriberResult =
  | 'SUCCESS'
  | 'STREAM_NOT_FOUND'
  | 'SUBSCRIBER_NOT_FOUND'
  | 'STREAM_CUT_NOT_VALID'
  | 'GENERATION_MISMATCH'

/** Whether the position of a group bounds the retention of its streams. */
export function isSubscriber({ retentionType }: ReaderGroupRecord): boolean {
  return retentionType !== 0
}

/** Makes the subscriptions fit a group's new configuration. Where it goes on subscribing, what it said is kept. */
export function resubscribe(
  { state: { subscribers } }: ControllerContext,
  before: ReaderGroupRecord | undefined,
  after: ReaderGroupRecord,
): void {
  const name = subscriberName(after)
  const wanted = isSubscriber(after) ? after.startingCuts.map(({ scope, stream }) => streamKey(scope, stream)) : []
  const had = (before?.startingCuts ?? []).map(({ scope, stream }) => streamKey(scope, stream))
  for (const key of had) if (!wanted.includes(key)) subscribers.delete(key, name)
  for (const key of wanted) {
    const cut = subscribers.get(key, name)?.cut ?? new Map()
    subscribers.set(key, name, { generation: after.generation, cut })
  }
}

export function unsubscribe(context: ControllerContext, group: ReaderGroupRecord): void {
  for (const { scope, stream } of group.startingCuts) {
    context.state.subscribers.delete(streamKey(scope, stream), subscriberName(group))
  }
}

/** Names of a stream's subscribers, as `scope/group`; undefined for an unknown stream. */
export function listSubscribers(
  context: ControllerContext,
  scope: string,
  stream: string,
): readonly string[] | undefined {
  if (scope === '' || stream === '') throw badArgument()
  if (findStream(context, scope, stream) === undefined) return undefined
  return context.state.subscribers.list(streamKey(scope, stream)).map(([name]) => name)
}

/**
 * Moves the cut up to which a subscriber needs a stream no more.
 *
 * @param subscriber - `scope/group`
 * @param groupId - canonical UUID
 */
export function updateSubscriberStreamCut(
  context: ControllerContext,
  update: {
    readonly scope: string
    readonly stream: string
    readonly subscriber: string
    readonly groupId: string
    readonly generation: bigint
    readonly cut: Cut
  },
): UpdateSubscriberResult {
  const { scope, stream, subscriber, cut } = update
  const record = findStream(context, scope, stream)
  if (record === undefined) return 'STREAM_NOT_FOUND'
  const key = streamKey(scope, stream)
  const subscription = context.state.subscribers.get(key, subscriber)
  const [groupScope = '', groupName = ''] = subscriber.split('/')
  const group = context.state.readerGroups.get(groupScope, groupName)
  if (subscription === undefined || group?.id !== update.groupId.toLowerCase()) return 'SUBSCRIBER_NOT_FOUND'
  if (subscription.generation !== update.generation) return 'GENERATION_MISMATCH'
  const target = placeCut(record.epochs, cut)
  const last = placeCut(record.epochs, subscription.cut)
  if (!target.valid || (last.valid && !isAtOrAfter(target.placements, last.placements))) return 'STREAM_CUT_NOT_VALID'
  context.state.subscribers.set(key, subscriber, { ...subscription, cut: new Map(cut) })
  return 'SUCCESS'
}

function subscriberName({ scope, group }: ReaderGroupRecord): string {
  return streamKey(scope, group)
}
