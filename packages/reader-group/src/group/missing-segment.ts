import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { type CallOptions, inParallel, PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { recordedPositions } from '../state/positions.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { groupNameOf, groupText } from './group-name.ts'

/**
 * Why a segment that the group is to read is not there. Servers number the segments of a stream that is made again on from the
 * old ones, so the epoch of a segment tells whether the present stream has ever had it.
 *
 * @returns undefined: the stream had it, and it was truncated away; what follows it can be read. Else `READER_GROUP_STALE`, to be thrown
 * @throws PravegaError what asking the controller fails with
 */
export async function explainMissingSegment(
  store: ReaderGroupStore,
  group: ReaderGroupName | string,
  segment: ScopedSegment | string,
  call?: CallOptions,
): Promise<PravegaError | undefined> {
  const missing = typeof segment === 'string' ? ScopedSegment.parse(segment) : segment
  if (await wasEverThere(store, missing, call)) return undefined
  return stale(groupText(groupNameOf(group)), [missing])
}

/**
 * Whether all segments of a group belong to the streams as they are now: one question for each stream and epoch.
 *
 * @throws PravegaError `READER_GROUP_STALE`
 */
export async function checkSegments(
  store: ReaderGroupStore,
  group: ReaderGroupName,
  state: ReaderGroupState,
  rest: () => CallOptions,
): Promise<void> {
  const byEpoch = Map.groupBy(
    [...recordedPositions(state).keys()].map(name => ScopedSegment.parse(name)),
    segment => `${segment.scopedStream}/${segment.epoch}`,
  )
  const missing = await inParallel([...byEpoch.values()], async segments => {
    const [first] = segments
    const ids = first && (await idsOfEpoch(store, first, rest()))
    return ids === undefined ? [] : segments.filter(({ segmentId }) => !ids.has(segmentId))
  })
  if (missing.flat().length > 0) throw stale(groupText(group), missing.flat())
}

async function wasEverThere(store: ReaderGroupStore, segment: ScopedSegment, call?: CallOptions): Promise<boolean> {
  return (await idsOfEpoch(store, segment, call))?.has(segment.segmentId) ?? true
}

/** Undefined for those who may not ask: it takes the permission to update, which readers of a stream need not have. */
async function idsOfEpoch(
  { controller }: ReaderGroupStore,
  { scopedStream, epoch }: ScopedSegment,
  call?: CallOptions,
): Promise<ReadonlySet<bigint> | undefined> {
  try {
    const { segments } = await controller.getEpochSegments(scopedStream, epoch, call)
    return new Set(segments.map(({ segment }) => segment.segmentId))
  } catch (error) {
    if (PravegaError.is(error, 'NOT_FOUND', 'STREAM_NOT_FOUND', 'SCOPE_NOT_FOUND')) return new Set()
    if (PravegaError.is(error, 'PERMISSION_DENIED')) return undefined
    throw error
  }
}

function stale(group: string, segments: readonly ScopedSegment[]): PravegaError {
  const streams = [...new Set(segments.map(segment => String(segment.scopedStream)))]
  const why = `Reader group ${group} has positions in segments that stream ${streams.join(', ')} does not have: ${segments.join(', ')}`
  const guess = 'The stream was deleted, and perhaps made again, under the group'
  const remedy =
    "Reset the group to the stream as it is now, reset({ streams: [{ stream, from: 'head' }] }), or delete it and create it again"
  return new PravegaError('READER_GROUP_STALE', `${why}. ${guess}. ${remedy}`, {
    details: { group, streams, segments: segments.map(String) },
  })
}
