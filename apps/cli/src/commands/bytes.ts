import type { ScopedSegment, ScopedStream } from '@pravega-ts/model'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { humanSize, table } from '../human.ts'
import type { Position } from '../values/position.ts'
import { shortSegmentName } from './segment-text.ts'

/** A stream of one segment, or a segment. */
export type ByteTarget = ScopedStream | ScopedSegment

export const truncateBytes: Run<ConnectionFlags, [ByteTarget, Position]> = connected(
  async ({ factory, output, call }, _, target, to) => {
    // Through the segment, not a writer: what is sealed can be truncated, and not written.
    const { segment } = await factory.createByteReader(target, call)
    const before = await factory.segmentStore.getInfo(segment, call)
    await factory.segmentStore.truncate(segment, offsetOf(to, before.startOffset, before.writeOffset), call)
    const { startOffset: head, writeOffset: tail } = await factory.segmentStore.getInfo(segment, call)
    output.result(
      { ...named(target), head, tail },
      `truncated ${target}: it begins at ${head} now (${humanSize(tail - head)} are left)`,
    )
  },
)

export const sealBytes: Run<ConnectionFlags, [ByteTarget]> = connected(async ({ factory, output, call }, _, target) => {
  const writer = await factory.createByteWriter(target, { ...call, shared: true })
  await writer.seal(call)
  output.result({ ...named(target), sealed: true }, `sealed ${target}`)
})

export const bytesInfo: Run<ConnectionFlags, [ByteTarget]> = connected(async ({ factory, output, call }, _, target) => {
  const reader = await factory.createByteReader(target, call)
  const info = await factory.segmentStore.getInfo(reader.segment, call)
  const { startOffset: head, writeOffset: tail, isSealed: sealed } = info
  output.result(
    { ...named(target), segment: shortSegmentName(reader.segment), head, tail, bytes: tail - head, sealed },
    table([
      ['stream', `${target.scope}/${target.stream}`],
      ['segment', shortSegmentName(reader.segment)],
      ['state', sealed ? 'sealed' : 'open'],
      ['head', String(head)],
      ['tail', String(tail)],
      ['size', humanSize(tail - head)],
    ]),
  )
})

/** How results name what they are about. */
export function named({ scope, stream }: ByteTarget): { readonly scope: string; readonly stream: string } {
  return { scope, stream }
}

/** The offset that a place stands for; never outside the stream when it is counted from the tail. */
export function offsetOf(position: Position, head: bigint, tail: bigint): bigint {
  switch (position.from) {
    case 'head':
      return head
    case 'tail':
      return tail - position.before > head ? tail - position.before : head
    case 'offset':
      return position.offset
  }
}
