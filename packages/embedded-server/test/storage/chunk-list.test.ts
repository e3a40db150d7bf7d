import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChunkList } from '../../src/storage/chunk-list.ts'

type Step =
  | { readonly kind: 'append'; readonly size: number }
  | { readonly kind: 'truncate'; readonly part: number }
  | { readonly kind: 'read'; readonly part: number; readonly size: number }
  | { readonly kind: 'absorb'; readonly size: number; readonly part: number }

const sizes = fc.oneof(fc.nat(100), fc.nat(5000), fc.nat(200_000))
const part = fc.nat(1000).map(thousandths => thousandths / 1000)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), size: sizes }),
  fc.record({ kind: fc.constant('truncate' as const), part }),
  fc.record({ kind: fc.constant('read' as const), part, size: sizes }),
  fc.record({ kind: fc.constant('absorb' as const), size: sizes, part }),
)

/** Bytes that differ from those at other places. */
function pattern(from: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => ((from + index) * 7919) >>> 5)
}

describe('against an array', () => {
  test.each([0n, 2n ** 31n - 1000n, 2n ** 53n - 1000n, 2n ** 62n])('from offset %s on', start => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const list = new ChunkList(start)
        let model = Buffer.alloc(0)
        let dropped = 0
        let source = 0
        for (const action of steps) {
          const kept = model.byteLength - dropped
          if (action.kind === 'append' || action.kind === 'absorb') {
            let bytes = pattern(source, action.size)
            source += action.size
            if (action.kind === 'append') {
              list.append(bytes)
            } else {
              const other = new ChunkList()
              other.append(bytes.subarray(0, action.size / 3))
              other.append(bytes.subarray(action.size / 3))
              const from = Math.floor(action.size * action.part)
              other.truncate(BigInt(from))
              list.absorb(other)
              bytes = bytes.subarray(from)
            }
            model = Buffer.concat([model, bytes])
          } else if (action.kind === 'truncate') {
            dropped += Math.floor(kept * action.part)
            list.truncate(start + BigInt(dropped))
          } else {
            const from = dropped + Math.floor(kept * action.part)
            const read = Buffer.concat(list.read(start + BigInt(from), action.size))
            expect(Buffer.compare(read, model.subarray(from, from + action.size))).toBe(0)
          }
          expect(list.startOffset).toBe(start + BigInt(dropped))
          expect(list.length).toBe(start + BigInt(model.byteLength))
        }
        const rest = Buffer.concat(list.read(list.startOffset, 1e9))
        expect(Buffer.compare(rest, model.subarray(dropped))).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})

test('truncation gives memory back', () => {
  const list = new ChunkList()
  const mebibyte = new Uint8Array(1024 * 1024)
  for (let index = 0; index < 64; index++) {
    list.append(mebibyte)
    if (index >= 4) list.truncate(list.length - 4n * 1024n * 1024n)
    expect(list.allocatedBytes).toBeLessThanOrEqual(7 * 1024 * 1024)
  }
  list.truncate(list.length)
  expect(list.allocatedBytes).toBe(0)
})

test('a small list takes little memory', () => {
  const list = new ChunkList()
  list.append(new Uint8Array(10))
  expect(list.allocatedBytes).toBeLessThanOrEqual(4096)
})

test('views stay as they are through appends and truncation', () => {
  const list = new ChunkList()
  list.append(Buffer.from('hello'))
  const [view] = list.read(0n, 5)
  list.append(Buffer.from(' world'))
  list.truncate(11n)
  list.append(Buffer.from('overwritten?'))
  expect(Buffer.from(view ?? []).toString()).toBe('hello')
})

test('what was appended may be overwritten by its owner', () => {
  const list = new ChunkList()
  const buffer = Buffer.from('hello')
  list.append(buffer)
  buffer.fill(0)
  expect(Buffer.concat(list.read(0n, 5)).toString()).toBe('hello')
})

test('taking over many small lists does not keep a chunk for each', () => {
  const list = new ChunkList()
  for (let index = 0; index < 1000; index++) {
    const other = new ChunkList()
    other.append(new Uint8Array(100))
    list.absorb(other)
  }
  expect(list.allocatedBytes).toBeLessThan(300_000)
})
