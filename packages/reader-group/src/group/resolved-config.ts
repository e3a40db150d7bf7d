import type { StoredReaderGroupSettings } from '@pravega-ts/controller-client'
import { type Deadline, inParallel, PravegaError, type ScopedStream, StreamCut } from '@pravega-ts/model'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import { type AskedStream, askedStreams, type ReaderGroupConfigOptions } from './group-config-options.ts'

/** Complete settings, with cuts in place of 'tail'. */
export type ResolvedSettings = Omit<StoredReaderGroupSettings, 'rolloverSizeBytes'> & {
  readonly rolloverSizeBytes?: number | bigint | undefined
}

/** The settings that the options ask for. Whether the numbers are in their ranges is for the controller client to say. */
export async function resolveSettings(
  store: ReaderGroupStore,
  group: string,
  options: ReaderGroupConfigOptions,
  deadline: Deadline,
): Promise<{ readonly settings: ResolvedSettings; readonly asked: readonly AskedStream[] }> {
  const asked = askedStreams(group, options.streams)
  const streams = await inParallel(asked, async ({ stream, from, to }) => {
    const tail = from === 'tail' || to === 'tail' ? await tailCut(store, stream, deadline) : StreamCut.UNBOUNDED
    return {
      stream,
      from: from === 'head' ? StreamCut.UNBOUNDED : from === 'tail' ? tail : from,
      to: to === 'never' ? StreamCut.UNBOUNDED : to === 'tail' ? tail : to,
    }
  })
  return {
    asked,
    settings: {
      streams,
      retention: options.retention ?? 'none',
      refreshTimeMs: milliseconds('refreshTimeMs', options.refreshTimeMs ?? 3_000),
      automaticCheckpointIntervalMs: milliseconds(
        'automaticCheckpointIntervalMs',
        options.automaticCheckpointIntervalMs ?? 30_000,
      ),
      maxOutstandingCheckpoints: options.maxOutstandingCheckpoints ?? 3,
      ...(options.rolloverSizeBytes !== undefined && { rolloverSizeBytes: options.rolloverSizeBytes }),
    },
  }
}

/** The cut through the active segments at their ends; for a sealed stream, through those that were active last. */
async function tailCut(store: ReaderGroupStore, stream: ScopedStream, deadline: Deadline): Promise<StreamCut> {
  const { controller } = store
  const current = await controller.getCurrentSegments(stream, { ...deadline.rest(), access: 'none' })
  const segments = current.segments.length > 0 ? current.segments : await lastSegments(store, stream, deadline)
  const ends = await inParallel(segments, async ({ segment }) => {
    const { writeOffset } = await store.getInfo(segment, deadline.rest())
    return [segment.segmentId, writeOffset] as const
  })
  return new StreamCut(stream, ends)
}

async function lastSegments({ controller }: ReaderGroupStore, stream: ScopedStream, deadline: Deadline) {
  const heads = await controller.getHeadSegments(stream, { ...deadline.rest(), access: 'none' })
  const head = new StreamCut(
    stream,
    heads.map(({ segment, offset }) => [segment.segmentId, offset] as const),
  )
  const all = await controller.getSegmentsBetween(stream, head, StreamCut.UNBOUNDED, deadline.rest())
  const epoch = Math.max(...all.map(segment => segment.epoch))
  return (await controller.getEpochSegments(stream, epoch, deadline.rest())).segments
}

function milliseconds(what: string, value: number | bigint): bigint {
  if (typeof value === 'bigint') return value
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw new PravegaError('INVALID_ARGUMENT', `${what} ${value} is refused: give a whole number of milliseconds`)
}
