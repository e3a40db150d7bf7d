import type { StreamManager } from '@pravega-ts/client'
import type { CallOptions, KeyRange, ScopedStream } from '@pravega-ts/model'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { count, table } from '../human.ts'
import { rangeText, shortSegmentName } from './segment-text.ts'

export interface ScaleStreamFlags extends ConnectionFlags {
  readonly to?: number
  readonly split?: bigint
  readonly into?: number
  readonly merge?: readonly bigint[]
  readonly seal?: readonly bigint[]
  readonly ranges?: readonly KeyRange[]
}

type Way =
  | { readonly kind: 'to'; readonly segments: number }
  | { readonly kind: 'split'; readonly segment: bigint; readonly parts: number }
  | { readonly kind: 'merge'; readonly segments: readonly bigint[] }
  | { readonly kind: 'ranges'; readonly seal: readonly bigint[]; readonly ranges: readonly KeyRange[] }

export const scaleStream: Run<ScaleStreamFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, flags, stream) => {
    const segments = await scale(manager, stream, wayFrom(flags), call)
    output.result(
      {
        scope: stream.scope,
        stream: stream.stream,
        segments: segments.map(({ segment, range }) => ({
          segment: shortSegmentName(segment),
          id: segment.segmentId,
          range: [range.low, range.high],
        })),
      },
      `${stream} has ${count(segments.length, 'segment')}\n${table(
        segments.map(({ segment, range }) => [`  ${shortSegmentName(segment)}`, rangeText(range)]),
      )}`,
    )
  },
)

function scale(
  manager: StreamManager,
  stream: ScopedStream,
  way: Way,
  call: CallOptions,
): ReturnType<StreamManager['scaleStream']> {
  switch (way.kind) {
    case 'to':
      return manager.scaleStreamTo(stream, way.segments, call)
    case 'split':
      return manager.splitSegment(stream, way.segment, way.parts, call)
    case 'merge':
      return manager.mergeSegments(stream, way.segments, call)
    case 'ranges':
      return manager.scaleStream(stream, way.seal, way.ranges, call)
  }
}

function wayFrom({ to, split, into, merge = [], seal = [], ranges = [] }: ScaleStreamFlags): Way {
  const ways: Way[] = []
  if (to !== undefined) ways.push({ kind: 'to', segments: to })
  if (split !== undefined) ways.push({ kind: 'split', segment: split, parts: into ?? 2 })
  if (merge.length > 0) ways.push({ kind: 'merge', segments: merge })
  if (seal.length > 0 && ranges.length > 0) ways.push({ kind: 'ranges', seal, ranges })
  const [way, other] = ways
  const half = seal.length > 0 !== ranges.length > 0 || (into !== undefined && split === undefined)
  if (way === undefined || other !== undefined || half) {
    throw new CliError(
      'USAGE',
      EXIT.usage,
      'give exactly one of --to, --split (with --into), --merge, or --seal with --ranges.',
    )
  }
  return way
}
