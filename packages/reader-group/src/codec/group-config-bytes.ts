import {
  type CompactReader,
  type CompactWriter,
  ScopedStream,
  StreamCut,
  uuidFromHalves,
  uuidToHalves,
} from '@pravega-ts/model'
import type { GroupConfig } from '../state/group-config.ts'
import { readMap, writeBuffer, writeMap } from './fields.ts'
import { malformed, readSingle, single } from './versioned.ts'

/*
 * single, revision 0: int64(automatic checkpoint interval) int64(refresh time) cuts(starts) cuts(ends)
 *         revision 1: all of revision 0, int32(outstanding checkpoints)
 *         revision 2: compactInt(retention) int64(generation) uuid
 * cuts  = map of text "scope/stream" to buffer(bytes of the cut, none = unbounded)
 */

const RETENTIONS = ['none', 'manual', 'automatic'] as const

/** Of clients that did not know these yet. */
const OLD = {
  maxOutstandingCheckpoints: 3,
  incarnation: { id: '00000000-0000-0000-0000-000000000000', generation: -1n, retention: 'none' },
} as const

export function encodeGroupConfig(config: GroupConfig): Uint8Array {
  const { high, low } = uuidToHalves(config.id)
  return single(
    out => writeBasics(out, config),
    out => {
      writeBasics(out, config)
      out.number(BigInt(config.maxOutstandingCheckpoints), 4)
    },
    out => {
      out.int(RETENTIONS.indexOf(config.retention))
      out.int64(config.generation)
      out.int64(high)
      out.int64(low)
    },
  )
}

export function decodeGroupConfig(data: CompactReader): GroupConfig {
  const [first, withLimit, withIncarnation] = readSingle(data)
  const basics = readBasics(withLimit ?? first)
  const maxOutstandingCheckpoints = withLimit?.int32() ?? OLD.maxOutstandingCheckpoints
  const incarnation = withIncarnation === undefined ? OLD.incarnation : readIncarnation(withIncarnation)
  return { ...incarnation, ...basics, maxOutstandingCheckpoints }
}

function writeBasics(out: CompactWriter, { automaticCheckpointIntervalMs, refreshTimeMs, streams }: GroupConfig): void {
  out.int64(automaticCheckpointIntervalMs)
  out.int64(refreshTimeMs)
  writeCuts(out, new Map(streams.map(({ stream, from }) => [String(stream), from])))
  writeCuts(out, new Map(streams.map(({ stream, to }) => [String(stream), to])))
}

function readBasics(
  data: CompactReader,
): Pick<GroupConfig, 'automaticCheckpointIntervalMs' | 'refreshTimeMs' | 'streams'> {
  const automaticCheckpointIntervalMs = data.int64()
  const refreshTimeMs = data.int64()
  const starts = readCuts(data)
  const ends = readCuts(data)
  return {
    automaticCheckpointIntervalMs,
    refreshTimeMs,
    streams: [...starts].map(([name, from]) => ({
      stream: ScopedStream.parse(name),
      from,
      to: ends.get(name) ?? StreamCut.UNBOUNDED,
    })),
  }
}

function readIncarnation(data: CompactReader): Pick<GroupConfig, 'retention' | 'generation' | 'id'> {
  const number = data.int()
  const retention = RETENTIONS[number]
  if (retention === undefined) throw malformed(`its retention type is ${number}, only 0, 1 and 2 are known`)
  const generation = data.int64()
  const high = data.int64()
  return { id: uuidFromHalves(high, data.int64()), generation, retention }
}

function writeCuts(out: CompactWriter, cuts: ReadonlyMap<string, StreamCut>): void {
  writeMap(
    out,
    cuts,
    stream => out.text(stream),
    cut => writeBuffer(out, cut.toBytes()),
  )
}

function readCuts(data: CompactReader): Map<string, StreamCut> {
  return readMap(
    data,
    () => data.text(),
    () => StreamCut.fromBytes(data.bytes(data.int())),
  )
}
