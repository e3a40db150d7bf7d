import type { JsonValue } from '@bufbuild/protobuf'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decideWatermark, type Watermark } from '../../src/controller/domain/watermark.ts'
import { watermarkRecord } from '../../src/controller/domain/watermark-bytes.ts'
import { ControllerHarness, streamConfig } from './controller-harness.ts'
import { randomHistory } from './random-history.ts'
import { coverAllKeys } from './reader-walk.ts'

const MARK_ATTRIBUTE = '7df9a874-246c-c9d6-9397-cdd19ead68c5'

describe('a watermark', () => {
  test('has the bytes that the original writes', () => {
    const positions = [
      { segment: { id: 0n, low: 0, high: 0.5 }, offset: 9n },
      { segment: { id: 1n, low: 0.5, high: 1 }, offset: 7n },
    ]
    expect(Buffer.from(watermarkRecord({ lower: 1000n, upper: 1500n, positions })).toString('hex')).toBe(
      '00000000000000690000010000000061' +
        '00000000000003e800000000000005dc02' +
        '0000010000000018000000000000000000000000000000003fe00000000000000000000000000009' +
        '000001000000001800000000000000013fe00000000000003ff00000000000000000000000000007',
    )
  })

  test('has one position for each key, behind none of the writers nor of the one before it', () => {
    const round = fc.array(fc.tuple(fc.nat(30), fc.nat(20)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(randomHistory, fc.array(round, { maxLength: 4 }), ({ stream: { epochs } }, rounds) => {
        const segments = epochs.flatMap(epoch => epoch.segments)
        let previous: Watermark | undefined
        rounds.forEach((notes, i) => {
          const writers = notes.map(([where, offset], writer) => {
            const id = segments[where % segments.length]?.id ?? 0n
            const mark = {
              timestamp: BigInt(i * 100 + writer),
              position: new Map([[id, BigInt(offset)]]),
              removed: false,
            }
            return [`w${writer}`, mark] as const
          })
          const { watermark } = decideWatermark({ epochs, writers, previous, timeoutMs: 0n, now: 0 })
          expect(watermark?.lower).toBe(BigInt(i * 100))
          if (watermark === undefined) return
          expect(coverAllKeys(watermark.positions.map(({ segment }) => segment))).toBe(true)
          const before = writers.flatMap(([, { position }]) => [...position])
          for (const { segment, offset } of previous?.positions ?? []) before.push([segment.id, offset])
          for (const [id, offset] of before) {
            const there = segments.find(segment => segment.id === id)
            for (const { segment, offset: reached } of watermark.positions) {
              if (there === undefined || segment.low >= there.high || there.low >= segment.high) continue
              expect(segment.id > id || (segment.id === id && reached >= offset)).toBe(true)
            }
          }
          previous = watermark
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('watermarks of a stream', () => {
  let controller: ControllerHarness
  beforeEach(async () => {
    controller = await new ControllerHarness().start()
    await controller.ok('createScope', { scope: 'a' })
    await controller.ok('createStream', streamConfig('a', 's', 2))
  })
  afterEach(() => controller.stop())

  function note(
    writer: string,
    timestamp: number,
    cut: { [segment: string]: string } = { '0': '1' },
  ): Promise<JsonValue> {
    const position = { streamInfo: { scope: 'a', stream: 's' }, cut }
    return controller.ok('noteTimestampFromWriter', { writer, timestamp: String(timestamp), position })
  }

  function remove(writer: string): Promise<JsonValue> {
    return controller.ok('removeWriter', { writer, stream: { scope: 'a', stream: 's' } })
  }

  async function round(ms = 10_000): Promise<void> {
    controller.clock.advance(ms)
    await controller.server.work.settled()
  }

  /** The two times of each watermark so far. */
  function written(): [lower: number, upper: number][] {
    return controller.engine.get('a/_MARKs/0.#epoch.0').appended.map(bytes => {
      const record = Buffer.from(bytes)
      return [Number(record.readBigInt64BE(16)), Number(record.readBigInt64BE(24))]
    })
  }

  test('go from the lowest to the highest time of the writers, every ten seconds', async () => {
    await note('w', 1000)
    await note('v', 2000)
    await round(9_999)
    expect(written()).toEqual([])
    await round(1)
    expect(written()).toEqual([[1000, 2000]])
    await note('w', 3000)
    await note('v', 4000)
    await round()
    expect(written()).toEqual([
      [1000, 2000],
      [3000, 4000],
    ])
  })

  test('tell later readers where the newest one begins', async () => {
    const mark = () => controller.engine.get('a/_MARKs/0.#epoch.0')
    await note('w', 1000)
    await round()
    expect(mark().attributes.get(MARK_ATTRIBUTE)).toBe(0n)
    const first = mark().length
    await note('w', 2000)
    await round()
    expect(mark().attributes.get(MARK_ATTRIBUTE)).toBe(first)
  })

  test('wait for a writer as long as the stream says, and then go on without it', async () => {
    await controller.ok('updateStream', { ...streamConfig('a', 's', 2), timestampAggregationTimeout: '25000' })
    await note('w', 1000)
    await note('slow', 1000)
    await round()
    for (const time of [2000, 3000, 4000]) {
      await note('w', time)
      await round()
      expect(written()).toEqual([[1000, 1000]])
    }
    await round()
    expect(written()).toEqual([
      [1000, 1000],
      [4000, 4000],
    ])
    expect(await remove('slow')).toEqual({ result: 'UNKNOWN_WRITER' })
  })

  test('do not wait for a writer that was removed', async () => {
    await controller.ok('updateStream', { ...streamConfig('a', 's', 2), timestampAggregationTimeout: '25000' })
    await note('w', 1000)
    await note('gone', 1000)
    await round()
    await note('w', 2000)
    expect(await remove('gone')).toEqual({ result: 'SUCCESS' })
    await round()
    expect(written()).toEqual([
      [1000, 1000],
      [2000, 2000],
    ])
  })

  test('need a position', async () => {
    await note('w', 1000, {})
    await round()
    expect(written()).toEqual([])
  })

  test('come with a commit that says a time', async () => {
    const txn = (await controller.ok('createTransaction', {
      streamInfo: { scope: 'a', stream: 's' },
      lease: '10000',
    })) as { txnId: JsonValue }
    const request = { streamInfo: { scope: 'a', stream: 's' }, txnId: txn.txnId, writerId: 'w', timestamp: '5000' }
    await controller.ok('commitTransaction', request)
    await expect.poll(() => controller.state.writers.count('a/s')).toBe(1)
    await controller.server.work.runWatermarks()
    expect(written()).toEqual([[5000, 5000]])
  })

  test('end with the last writer, and with the stream', async () => {
    await note('w', 1000)
    expect(controller.clock.timers).toBe(1)
    await round()
    await round()
    expect(controller.state.writers.count('a/s')).toBe(0)
    expect(controller.clock.timers).toBe(0)
    await note('w', 2000)
    await controller.ok('sealStream', { scope: 'a', stream: 's' })
    await controller.ok('deleteStream', { scope: 'a', stream: 's' })
    await round()
    expect(controller.state.watermarks.list('a')).toEqual([])
    expect(controller.clock.timers).toBe(0)
  })

  test('go on after a restart where they were', async () => {
    await note('w', 2000)
    await round()
    await controller.stop()
    await controller.start()
    await note('w', 3000)
    await round()
    expect(written()).toEqual([
      [2000, 2000],
      [3000, 3000],
    ])
  })
})
