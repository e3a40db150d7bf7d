import { PravegaError, ScopedSegment, ScopedStream, StreamCut } from '@pravega-ts/model'
import type { GroupConfig } from '../state/group-config.ts'
import type { Offsets, SegmentName } from '../state/reader-group-state.ts'

/*
 * The values of a Rust group's table, as CBOR documents. Maps may have maps as keys; they come as Map, in any order.
 *
 * name      = { name: text }
 * stream    = { scope: name, stream: name }
 * segment   = { scope: name, stream: name, segment: { number: id, tx_id: null } }
 * offset    = { read: integer }
 * offsets   = { segment: offset, ... }
 * waiting   = [ { number: id, tx_id: null }, ... ]
 * cut       = "Unbounded" | "Tail" | { V1: { stream: stream, positions: { segment: integer, ... } } }
 * config    = { V1: { group_refresh_time_millis, starting_stream_cuts: { stream: cut }, ending_stream_cuts: { stream: cut } } }
 */

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'

type Document = ReadonlyMap<unknown, unknown>

export function offsetDocument(offset: bigint): Document {
  return new Map([['read', offset]])
}

export function readOffset(data: unknown): bigint {
  return integer(field(data, 'read'))
}

export function offsetsDocument(offsets: Offsets): Document {
  return new Map([...offsets].map(([segment, offset]) => [segmentDocument(segment), offsetDocument(offset)]))
}

export function readOffsets(data: unknown): Offsets {
  return new Map([...map(data)].map(([segment, offset]) => [readSegment(segment), readOffset(offset)] as const))
}

export function waitingDocument(predecessors: Iterable<bigint>): readonly Document[] {
  return [...predecessors].map(numberDocument)
}

export function readWaiting(data: unknown): ReadonlySet<bigint> {
  if (!Array.isArray(data)) throw malformed('predecessors are no array')
  return new Set(data.map(readNumber))
}

export function configDocument({ refreshTimeMs, streams }: GroupConfig): Document {
  const cuts = streams.map(({ stream, from }) => [streamDocument(stream), cutDocument(from)] as const)
  return new Map([
    [
      'V1',
      new Map<string, unknown>([
        ['group_refresh_time_millis', refreshTimeMs],
        ['starting_stream_cuts', new Map(cuts)],
        ['ending_stream_cuts', new Map()],
      ]),
    ],
  ])
}

/** What such a table does not hold is as for a group without checkpoints. A start at the tail is known by its offsets only. */
export function readConfig(data: unknown): GroupConfig {
  const fields = field(data, 'V1')
  const ends = new Map(
    [...map(field(fields, 'ending_stream_cuts'))].map(([stream, cut]) => [String(readStream(stream)), readCut(cut)]),
  )
  return {
    streams: [...map(field(fields, 'starting_stream_cuts'))].map(([key, cut]) => {
      const stream = readStream(key)
      return { stream, from: readCut(cut), to: ends.get(String(stream)) ?? StreamCut.UNBOUNDED }
    }),
    retention: 'none',
    refreshTimeMs: integer(field(fields, 'group_refresh_time_millis')),
    automaticCheckpointIntervalMs: -1n,
    maxOutstandingCheckpoints: 3,
    id: ZERO_UUID,
    generation: -1n,
  }
}

function cutDocument(cut: StreamCut): string | Document {
  if (cut.isUnbounded) return 'Unbounded'
  const { scope, stream } = cut.stream
  const positions = [...cut.positions].map(
    ([id, offset]) => [segmentDocument(String(new ScopedSegment(scope, stream, id))), offset] as const,
  )
  const fields = new Map<string, unknown>([
    ['stream', streamDocument(cut.stream)],
    ['positions', new Map(positions)],
  ])
  return new Map([['V1', fields]])
}

function readCut(data: unknown): StreamCut {
  if (data === 'Unbounded' || data === 'Tail') return StreamCut.UNBOUNDED
  const fields = field(data, 'V1')
  const positions = [...map(field(fields, 'positions'))].map(
    ([segment, offset]) => [ScopedSegment.parse(readSegment(segment)).segmentId, integer(offset)] as const,
  )
  return new StreamCut(readStream(field(fields, 'stream')), positions)
}

function streamDocument({ scope, stream }: { readonly scope: string; readonly stream: string }): Document {
  return new Map([
    ['scope', new Map([['name', scope]])],
    ['stream', new Map([['name', stream]])],
  ])
}

function readStream(data: unknown): ScopedStream {
  return new ScopedStream(text(field(field(data, 'scope'), 'name')), text(field(field(data, 'stream'), 'name')))
}

function segmentDocument(name: SegmentName): Document {
  const segment = ScopedSegment.parse(name)
  return new Map<unknown, unknown>([...streamDocument(segment), ['segment', numberDocument(segment.segmentId)]])
}

function readSegment(data: unknown): SegmentName {
  const { scope, stream } = readStream(data)
  return String(new ScopedSegment(scope, stream, readNumber(field(data, 'segment'))))
}

function numberDocument(id: bigint): Document {
  return new Map<string, unknown>([
    ['number', id],
    ['tx_id', null],
  ])
}

function readNumber(data: unknown): bigint {
  if (field(data, 'tx_id') !== null) throw malformed('a segment is part of a transaction')
  return integer(field(data, 'number'))
}

function field(data: unknown, name: string): unknown {
  const found = map(data).get(name)
  if (found === undefined) throw malformed(`the field ${name} is missing`)
  return found
}

function map(data: unknown): Document {
  if (data instanceof Map) return data
  throw malformed('there is no map where one belongs')
}

function text(data: unknown): string {
  if (typeof data === 'string') return data
  throw malformed('there is no text where one belongs')
}

function integer(data: unknown): bigint {
  if (typeof data === 'bigint') return data
  if (typeof data === 'number' && Number.isSafeInteger(data)) return BigInt(data)
  throw malformed('there is no integer where one belongs')
}

function malformed(problem: string): PravegaError {
  return new PravegaError('CORRUPT_STATE', `It is not what the Rust client writes for a reader group: ${problem}`)
}
