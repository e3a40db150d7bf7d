import type { StreamInfo } from '@pravega-ts/client'
import type { ScopedStream } from '@pravega-ts/model'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { humanDuration, humanSize, table } from '../human.ts'
import { retentionText, scalingText } from './policies.ts'
import { rangeText, shortSegmentName } from './segment-text.ts'

export const streamInfo: Run<ConnectionFlags, [ScopedStream]> = connected(
  async ({ manager, output, call }, _, stream) => {
    const info = await manager.getStreamInfo(stream, call)
    output.result(infoObject(info), infoText(info))
  },
)

function infoObject(info: StreamInfo): Record<string, unknown> {
  return {
    scope: info.stream.scope,
    stream: info.stream.stream,
    sealed: info.isSealed,
    epoch: info.epoch,
    bytes: info.sizeBytes,
    configuration: info.configuration,
    segments: info.segments.map(({ segment, range, headOffset, tailOffset, isSealed }) => ({
      segment: shortSegmentName(segment),
      id: segment.segmentId,
      range: [range.low, range.high],
      head: headOffset,
      tail: tailOffset,
      sealed: isSealed,
    })),
    head: info.head.toText(),
    tail: info.tail.toText(),
  }
}

/** That a stream has scaled shows in what is sealed, and in its epoch. */
function segmentsText({ segments, epoch }: StreamInfo): string {
  const sealed = segments.filter(({ isSealed }) => isSealed).length
  const open = `${segments.length - sealed} open`
  return `${sealed === 0 ? open : `${open}, ${sealed} sealed`}, in epoch ${epoch}`
}

function infoText(info: StreamInfo): string {
  const { configuration } = info
  const { tags = [], timestampAggregationTimeoutMs = 0n, rolloverSizeBytes = 0n } = configuration
  const rows: [string, string][] = [
    ['stream', info.stream.toString()],
    ['state', info.isSealed ? 'sealed' : 'open'],
    ['size', humanSize(info.sizeBytes)],
    ['scaling', scalingText(configuration.scaling)],
    ['segments', segmentsText(info)],
    ['retention', retentionText(configuration.retention)],
    ['tags', tags.length === 0 ? 'none' : [...tags].sort().join(', ')],
  ]
  if (timestampAggregationTimeoutMs > 0n) {
    rows.push(['time aggregation', humanDuration(Number(timestampAggregationTimeoutMs))])
  }
  if (rolloverSizeBytes > 0n) rows.push(['rollover', humanSize(rolloverSizeBytes)])
  rows.push(['head', info.head.toText()], ['tail', info.tail.toText()])
  const segments = info.segments.map(({ segment, range, headOffset, tailOffset, isSealed }) => [
    `  ${shortSegmentName(segment)}`,
    rangeText(range),
    String(headOffset),
    String(tailOffset),
    isSealed ? 'sealed' : 'open',
  ])
  return `${table(rows)}\n\n${table([['  segment', 'keys', 'head', 'tail', 'state'], ...segments])}`
}
