import { type AppendBlockEnd, type ConditionalBlockEnd, decodeFrame } from '@pravega-ts/wire-protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block } from '../../src/append/append-block.ts'
import { AppendFrames, FRAME_LAYOUTS } from '../../src/append/append-frame.ts'
import { BlockAssembler } from '../../src/append/block-assembler.ts'
import { SlabPool } from '../../src/append/slab-pool.ts'

const WRITER = '01234567-89ab-cdef-fedc-ba9876543210'
const frames = new AppendFrames(WRITER)

/** The block as a server sees it. */
function sent(block: Block, requestId = 7n): AppendBlockEnd | ConditionalBlockEnd {
  return decodeFrame(Buffer.concat(frames.finish(block, requestId))) as AppendBlockEnd | ConditionalBlockEnd
}

/** Different everywhere, so that a byte at the wrong place shows. */
function pattern(length: number, from: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (from + n * 7) % 253)
}

const way = fc.constantFrom('copy' as const, 'attach' as const, 'reserve' as const)
const writes = fc.array(fc.record({ way, length: fc.integer({ min: 1, max: 3_000 }), close: fc.boolean() }), {
  maxLength: 60,
})

describe('BlockAssembler', () => {
  it('makes frames of exactly what was put in, over any borders of memory and blocks', () => {
    fc.assert(
      fc.property(writes, fc.boolean(), (plan, conditional) => {
        const pool = new SlabPool(4_096, 16_384)
        const assembler = new BlockAssembler(pool, FRAME_LAYOUTS, 5_000)
        const expected: Uint8Array[] = []
        const received: Uint8Array[] = []
        let number = 0n
        const close = (): void => {
          const block = assembler.close()
          if (block === undefined) return
          block.number = ++number
          block.condition = 5n
          block.sends = 1
          const frame = sent(block)
          expect(frame).toMatchObject({ writerId: WRITER, requestId: 7n })
          expect(frame.command).toBe(conditional ? 'ConditionalBlockEnd' : 'AppendBlockEnd')
          expect(Buffer.concat(block.data)).toEqual(Buffer.from(frame.data))
          received.push(Uint8Array.from(frame.data))
          block.release(pool)
        }
        for (const step of plan) {
          const data = pattern(step.length, expected.length)
          expected.push(data)
          if (step.way === 'reserve' && !conditional) {
            if (assembler.reserve(data.length) < 0) close()
            const at = assembler.reserve(data.length)
            assembler.buffer.set(data, at)
            assembler.commit(data.length, 1)
          } else {
            for (let from = 0; from < data.length; ) {
              from +=
                step.way === 'attach'
                  ? assembler.attach(data, from, data.length, conditional)
                  : assembler.copy(data, from, data.length, conditional)
              if (assembler.full) close()
            }
          }
          if (step.close) close()
        }
        close()
        expect(Buffer.concat(received).equals(Buffer.concat(expected))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('numbers, counts and conditions travel with a block', () => {
    const assembler = new BlockAssembler(new SlabPool(), FRAME_LAYOUTS, 1_000)
    for (let event = 0; event < 3; event++) {
      const at = assembler.reserve(1)
      assembler.buffer[at] = event
      assembler.commit(1, 1)
    }
    const block = assembler.close()
    if (block === undefined) throw new Error('three events are in it')
    block.number = 44n
    const data = Buffer.from([0, 1, 2])
    expect(sent(block)).toEqual({
      command: 'AppendBlockEnd',
      writerId: WRITER,
      sizeOfWholeEvents: 3,
      data,
      numEvents: 3,
      lastEventNumber: 44n,
      requestId: 7n,
    })
    expect(block.divisible).toBe(false)
    // The same block over another connection.
    expect(sent(block, 9n)).toMatchObject({ lastEventNumber: 44n, requestId: 9n })

    assembler.copyWhole(data, true)
    const conditional = assembler.close()
    if (conditional === undefined) throw new Error('three bytes are in it')
    conditional.number = 45n
    conditional.condition = 100n
    expect(sent(conditional)).toMatchObject({ eventNumber: 45n, expectedOffset: 100n, data })
  })

  it('a block divided in any way holds the same bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4_000 }), { maxLength: 20 }),
        fc.boolean(),
        (cuts, conditional) => {
          const pool = new SlabPool(4_096, 16_384)
          const assembler = new BlockAssembler(pool, FRAME_LAYOUTS, 20_000)
          const data = pattern(20_000, 3)
          assembler.copy(data, 0, 9_000, conditional)
          assembler.attach(data, 9_000, 20_000, conditional)
          const block = assembler.close()
          if (block === undefined) throw new Error('it is full')
          block.number = 9n
          const layout = conditional ? FRAME_LAYOUTS.conditional : FRAME_LAYOUTS.append
          const parts: Uint8Array[] = []
          for (const cut of cuts) {
            if (block.bytes <= cut) break
            const part = block.splitFirst(cut, layout)
            expect(part.bytes).toBe(cut)
            part.number = 1n
            parts.push(Uint8Array.from(sent(part).data))
            part.release(pool)
          }
          parts.push(Uint8Array.from(sent(block).data))
          expect(Buffer.concat(parts).equals(data)).toBe(true)
        },
      ),
    )
  })
})

describe('memory of blocks', () => {
  it('is used again once a block was sent once and acknowledged', () => {
    const pool = new SlabPool(4_096, 16_384)
    const assembler = new BlockAssembler(pool, FRAME_LAYOUTS, 3_000)
    const used = new Set<ArrayBufferLike>()
    for (let n = 0; n < 50; n++) {
      assembler.copy(pattern(3_000, n), 0, 3_000, false)
      used.add(assembler.buffer.buffer)
      const block = assembler.close()
      if (block === undefined) throw new Error('it is full')
      block.sends = 1
      block.release(pool)
    }
    expect(used.size).toBeLessThanOrEqual(2)
  })

  it('is not used again after a block was sent twice: the first socket may still look at it', () => {
    const pool = new SlabPool(4_096, 16_384)
    const slab = pool.take(1)
    const assembler = new BlockAssembler(pool, FRAME_LAYOUTS, 4_000)
    pool.release(slab)
    assembler.copy(pattern(3_500, 1), 0, 3_500, false)
    expect(assembler.buffer).toBe(slab.bytes)
    const block = assembler.close()
    if (block === undefined) throw new Error('something is in it')
    block.sends = 2
    block.release(pool)
    assembler.rest()
    expect(pool.take(1)).not.toBe(slab)
  })
})
