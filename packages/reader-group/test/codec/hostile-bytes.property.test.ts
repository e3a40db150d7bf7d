import { PravegaError } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
import { bytesOf, piecesOf } from '../vectors/java-states.ts'
import vectors from '../vectors/reader-group.json' with { type: 'json' }

const RECORDS = [
  ...vectors.segmentRecords.map(({ payload }) => payload),
  ...vectors.liveJavaGroup.map(({ payload }) => payload),
  ...vectors.scenarios.flatMap(({ steps }) => steps.map(({ record }) => record)),
].flatMap(hex => piecesOf(bytesOf(hex)).map(({ bytes }) => bytes))
const UPDATES = [...vectors.updates.map(({ hex }) => bytesOf(hex)), ...RECORDS]
const INITIALS = [
  ...vectors.initialStates.map(({ hex }) => bytesOf(hex)),
  ...RECORDS.filter(bytes => (bytes[1] ?? 2) < 2),
]

interface Format {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  readonly code: string
  /** Reads the bytes, and returns what writes that again. */
  readonly read: (bytes: Uint8Array) => () => Uint8Array
}

const FORMATS: readonly Format[] = [
  {
    name: 'updates',
    samples: UPDATES,
    code: 'CORRUPT_STATE',
    read: bytes => {
      const update = decodeUpdate(bytes)
      return () => encodeUpdate(update)
    },
  },
  {
    name: 'full states',
    samples: INITIALS,
    code: 'CORRUPT_STATE',
    read: bytes => {
      const initial = decodeInitial(bytes)
      return () => encodeInitial(initial)
    },
  },
  {
    name: 'watermarks',
    samples: vectors.watermarks.map(({ hex }) => bytesOf(hex)),
    code: 'CORRUPT_STATE',
    read: bytes => {
      const watermark = decodeWatermark(bytes)
      return () => encodeWatermark(watermark)
    },
  },
  {
    name: 'positions',
    samples: vectors.positions.map(({ bytes }) => bytesOf(bytes)),
    code: 'INVALID_ARGUMENT',
    read: bytes => {
      const position = ReaderPosition.fromBytes(bytes)
      expect(ReaderPosition.fromText(position.toText()).equals(position)).toBe(true)
      return () => position.toBytes()
    },
  },
  {
    name: 'checkpoints',
    samples: vectors.checkpoints.map(({ bytes }) => bytesOf(bytes)),
    code: 'INVALID_ARGUMENT',
    read: bytes => {
      const checkpoint = Checkpoint.fromBytes(bytes)
      return () => checkpoint.toBytes()
    },
  },
]

/** Whether the bytes hold something that comes out of being written as it was. Any other error than the one fails the test. */
function isRead({ read, code }: Format, bytes: Uint8Array): boolean {
  let write: () => Uint8Array
  try {
    write = read(bytes)
  } catch (error) {
    if (PravegaError.is(error) && error.code === code) return false
    throw error
  }
  let written: Uint8Array
  try {
    written = write()
  } catch (error) {
    // Offsets that only older forms can hold.
    if (PravegaError.is(error, 'INVALID_ARGUMENT')) return true
    throw error
  }
  expect(read(written)()).toEqual(written)
  return true
}

/** What makes claims: lengths, counts, type ids, bits of everything. */
const mutation = fc.record({
  at: fc.nat(),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.constantFrom(Uint8Array.of(0xff), Uint8Array.of(0xff, 0xff, 0xff, 0xff), Uint8Array.of(0x7f, 0xff, 0xff, 0xff)),
  ),
})

describe.each(FORMATS)('$name from a hostile peer', format => {
  const sample = fc.nat(format.samples.length - 1).map(index => format.samples[index] ?? new Uint8Array())

  it('are read when nobody has touched them', () => {
    expect(format.samples.length).toBeGreaterThan(0)
    for (const bytes of format.samples) expect(isRead(format, bytes)).toBe(true)
  })

  it('are read or refused by name when bytes were changed', () => {
    fc.assert(
      fc.property(sample, fc.array(mutation, { minLength: 1, maxLength: 4 }), (bytes, mutations) => {
        const changed = Uint8Array.from(bytes)
        for (const { at, bytes: patch } of mutations) {
          const start = at % changed.length
          changed.set(patch.subarray(0, changed.length - start), start)
        }
        isRead(format, changed)
      }),
      { numRuns: 2000 },
    )
  })

  it('are read or refused by name when they are cut short anywhere', () => {
    for (const bytes of format.samples.slice(0, 20)) {
      for (let length = 0; length < bytes.length; length++) isRead(format, bytes.subarray(0, length))
      expect(isRead(format, bytes.subarray(0, Math.min(4, bytes.length)))).toBe(false)
    }
  })

  it('are refused by name, most of the time, when they are noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        isRead(format, bytes)
      }),
      { numRuns: 500 },
    )
  })
})
