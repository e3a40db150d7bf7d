import { CompactReader, CompactWriter, StreamCut, uuidFromHalves } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { decodeCheckpoints, encodeCheckpoints } from '../../src/codec/checkpoints-bytes.ts'
import { decodeGroupConfig, encodeGroupConfig } from '../../src/codec/group-config-bytes.ts'
import {
  Checkpoint,
  decodeInitial,
  decodeUpdate,
  decodeWatermark,
  encodeInitial,
  encodeUpdate,
  encodeWatermark,
  ReaderPosition,
} from '../../src/index.ts'
import { bytesOf, hexOf, offsetsOf, piecesOf } from '../vectors/java-states.ts'
import vectors from '../vectors/reader-group.json' with { type: 'json' }
import { type JavaFields, type JavaInitial, javaInitial, javaUpdate } from './java-updates.ts'

const UPDATES = vectors.updates as unknown as readonly {
  name: string
  typeId: number
  fields: JavaFields
  hex: string
}[]
const INITIALS = vectors.initialStates as unknown as readonly JavaInitial[]

describe('updates', () => {
  it.each(UPDATES)('$name: fields and bytes are those of Java', ({ typeId, fields, hex }) => {
    const update = decodeUpdate(bytesOf(hex))
    expect(update).toEqual(javaUpdate(typeId, fields))
    expect(hexOf(encodeUpdate(update))).toBe(hex)
    expect(hexOf(encodeUpdate(javaUpdate(typeId, fields)))).toBe(hex)
  })

  it.each(INITIALS)('$name: fields and bytes are those of Java', java => {
    const initial = decodeInitial(bytesOf(java.hex))
    expect(initial).toEqual(javaInitial(java))
    expect(hexOf(encodeInitial(initial))).toBe(java.hex)
    expect(decodeUpdate(bytesOf(java.hexViaUpdateSerializer ?? java.hex))).toEqual(initial)
  })

  it('are of 14 types, and all are in the vectors', () => {
    const types = [...UPDATES.map(({ typeId }) => typeId), ...INITIALS.map(({ typeId }) => typeId)]
    expect([...new Set(types)].sort((a, b) => a - b)).toEqual([...Array(14).keys()])
  })
})

describe('records of the log', () => {
  const live = vectors.liveJavaGroup.map(({ payload, offsetAfter }) => ({
    name: `live, up to ${offsetAfter}`,
    payload,
  }))
  const stories = vectors.scenarios.flatMap(({ name, steps }) => steps.map(({ record }) => ({ name, payload: record })))

  it.each([...vectors.segmentRecords, ...live, ...stories])('come out as they went in: $name', ({ payload }) => {
    for (const { full, bytes } of piecesOf(bytesOf(payload))) {
      const written = full ? encodeInitial(decodeInitial(bytes)) : encodeUpdate(decodeUpdate(bytes))
      expect(hexOf(written)).toBe(hexOf(bytes.subarray(0, written.length)))
      // Java leaves room behind a full state.
      expect(bytes.subarray(written.length).every(byte => byte === 0)).toBe(true)
      if (!full) expect(written).toHaveLength(bytes.length)
    }
  })

  it.each(vectors.liveJavaGroup)('hold what Java members wrote: live, up to $offsetAfter', ({ payload, decoded }) => {
    const updates = piecesOf(bytesOf(payload)).map(({ bytes }) => decodeUpdate(bytes))
    const java = decoded as unknown as readonly (JavaFields & { typeId: number; config: string })[]
    expect(updates).toEqual(
      java.map(one => (one.typeId === 0 ? javaInitial({ ...one, name: '', hex: '' }) : javaUpdate(one.typeId, one))),
    )
  })
})

describe('nested formats', () => {
  it.each(vectors.readerGroupConfigs)('configuration: $name', java => {
    const config = decodeGroupConfig(new CompactReader(bytesOf(java.bytes)))
    expect(config).toMatchObject({
      refreshTimeMs: BigInt(java.groupRefreshTimeMillis),
      automaticCheckpointIntervalMs: BigInt(java.automaticCheckpointIntervalMillis),
      maxOutstandingCheckpoints: java.maxOutstandingCheckpointRequest,
      retention: java.retentionType.split('_')[0]?.toLowerCase(),
      generation: BigInt(java.generation),
      id: java.readerGroupId,
    })
    const shown = (cut: StreamCut): unknown =>
      cut.isUnbounded ? 'UNBOUNDED' : { stream: String(cut.stream), positions: [...cut.positions.values()].map(String) }
    const javaCut = (cut: unknown): unknown => {
      if (typeof cut === 'string') return cut
      const { stream, positions } = cut as { stream: string; positions: [string, string][] }
      return { stream, positions: positions.map(([, offset]) => offset) }
    }
    expect(config.streams.map(({ stream, from }) => [String(stream), shown(from)])).toEqual(
      java.startingStreamCuts.map(([stream, cut]) => [stream, javaCut(cut)]),
    )
    expect(config.streams.map(({ stream, to }) => [String(stream), shown(to)])).toEqual(
      java.endingStreamCuts.map(([stream, cut]) => [stream, javaCut(cut)]),
    )
    expect(hexOf(encodeGroupConfig(config))).toBe(java.bytes)
  })

  it('checkpoints under way and complete', () => {
    const [empty, two] = vectors.checkpointStates
    const none = decodeCheckpoints(new CompactReader(bytesOf(empty?.bytes ?? '')))
    expect(none).toEqual({ list: [], last: undefined, published: true })
    const some = decodeCheckpoints(new CompactReader(bytesOf(two?.bytes ?? '')))
    expect(some).toEqual({
      list: [
        { id: 'cpA', waitingFor: new Set(), positions: offsetsOf([['scope/stream/0.#epoch.0', 10]]) },
        { id: 'cpB', waitingFor: new Set(['r2']), positions: offsetsOf([['scope/stream/1.#epoch.0', 20]]) },
      ],
      last: offsetsOf([['scope/stream/0.#epoch.0', 10]]),
      published: false,
    })
    expect([none, some].map(one => hexOf(encodeCheckpoints(one)))).toEqual([empty?.bytes, two?.bytes])
  })

  it('a cancelled checkpoint stays cancelled, also when its id was used again', () => {
    const checkpoints = {
      list: [
        { id: 'again', waitingFor: new Set<string>(), positions: undefined },
        { id: 'gone', waitingFor: new Set<string>(), positions: undefined },
        { id: 'again', waitingFor: new Set(['r1']), positions: offsetsOf([['scope/stream/0.#epoch.0', 1]]) },
      ],
      last: undefined,
      published: true,
    }
    expect(decodeCheckpoints(new CompactReader(encodeCheckpoints(checkpoints)))).toEqual(checkpoints)
  })

  it.each(vectors.positions)('position $toString', ({ segments, bytes }) => {
    const position = ReaderPosition.fromBytes(bytesOf(bytes))
    const java = segments as unknown as [{ segment: string; range: [number, number] | null }, string][]
    expect(position.segments).toEqual(offsetsOf(java))
    for (const [{ segment, range }] of java) {
      expect(position.ranges.get(segment)).toEqual(range === null ? undefined : { low: range[0], high: range[1] })
    }
    expect(hexOf(position.toBytes())).toBe(bytes)
  })

  it.each(vectors.checkpoints)('checkpoint $name', ({ name, positions, bytes }) => {
    const checkpoint = Checkpoint.fromBytes(bytesOf(bytes))
    expect(checkpoint.name).toBe(name)
    const shown = [...checkpoint.cuts].map(([stream, cut]) => [stream, [...cut.positions.values()].map(String)])
    const java = positions as unknown as [string, { positions: [string, string][] }][]
    expect(shown).toEqual(java.map(([stream, cut]) => [stream, cut.positions.map(([, offset]) => offset)]))
    expect(hexOf(checkpoint.toBytes())).toBe(bytes)
  })

  it.each(vectors.watermarks)('watermark $lower to $upper', ({ lower, upper, streamCut, hex }) => {
    const watermark = decodeWatermark(bytesOf(hex))
    const java = streamCut as unknown as [{ segmentId: string; low: number; high: number }, string][]
    expect(watermark).toEqual({
      lower: BigInt(lower),
      upper: BigInt(upper),
      positions: java.map(([{ segmentId, low, high }, offset]) => ({
        segmentId: BigInt(segmentId),
        range: { low, high },
        offset: BigInt(offset),
      })),
    })
    expect(hexOf(encodeWatermark(watermark))).toBe(hex)
  })

  it.each(vectors.streamCuts)('stream cut $toString', ({ bytes, asText }) => {
    expect(hexOf(StreamCut.fromBytes(bytesOf(bytes)).toBytes())).toBe(bytes)
    expect(StreamCut.fromText(asText).equals(StreamCut.fromBytes(bytesOf(bytes)))).toBe(true)
  })
})

describe('elements', () => {
  const { compactInt, compactLong, compactSignedLong, utf, double, uuid } = vectors.primitives
  const check = <T>(
    cases: readonly { value: T; hex: string }[],
    write: (out: CompactWriter, value: T) => void,
    read: (data: CompactReader) => T,
  ): void => {
    expect(cases.length).toBeGreaterThan(1)
    for (const { value, hex } of cases) {
      const out = new CompactWriter()
      write(out, value)
      expect(hexOf(out.finish())).toBe(hex)
      expect(read(new CompactReader(bytesOf(hex)))).toEqual(value)
    }
  }
  const big = (cases: readonly { value: string; hex: string }[]): { value: bigint; hex: string }[] =>
    cases.map(({ value, hex }) => ({ value: BigInt(value), hex }))

  it('are those of Java', () => {
    check(
      compactInt,
      (out, value) => out.int(value),
      data => data.int(),
    )
    check(
      big(compactLong),
      (out, value) => out.long(value),
      data => data.long(),
    )
    check(
      big(compactSignedLong),
      (out, value) => out.signedLong(value),
      data => data.signedLong(),
    )
    check(
      utf,
      (out, value) => out.text(value),
      data => data.text(),
    )
    check(
      double,
      (out, value) => out.float64(value),
      data => data.float64(),
    )
  })

  it.each(uuid)('UUID $value', ({ value, hex }) => {
    const data = new CompactReader(bytesOf(hex))
    const high = data.int64()
    expect(uuidFromHalves(high, data.int64())).toBe(value)
  })
})
