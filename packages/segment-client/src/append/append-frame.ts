import {
  APPEND_HEAD_BYTES,
  APPEND_TAIL_BYTES,
  CONDITIONAL_APPEND_HEAD_BYTES,
  CONDITIONAL_APPEND_TAIL_BYTES,
  finishAppendFrame,
  finishConditionalAppendFrame,
} from '@pravega-ts/wire-protocol'
import type { Block, FrameLayout } from './append-block.ts'

/** Room that an assembled block needs around its data. */
export const FRAME_LAYOUTS: { readonly append: FrameLayout; readonly conditional: FrameLayout } = {
  append: { prefix: APPEND_HEAD_BYTES, trailer: APPEND_TAIL_BYTES },
  conditional: { prefix: CONDITIONAL_APPEND_HEAD_BYTES, trailer: CONDITIONAL_APPEND_TAIL_BYTES },
}

/**
 * Fills in what surrounds the data of closed blocks, which may lie in several pieces of memory. The parts that never change for
 * a writer are made once.
 */
export class AppendFrames {
  readonly #append: Buffer = Buffer.alloc(APPEND_HEAD_BYTES + APPEND_TAIL_BYTES)
  readonly #conditional: Buffer = Buffer.alloc(CONDITIONAL_APPEND_HEAD_BYTES + CONDITIONAL_APPEND_TAIL_BYTES)

  constructor(writerId: string) {
    finishAppendFrame(this.#append, { writerId, numEvents: 1, lastEventNumber: 0n, requestId: 0n })
    finishConditionalAppendFrame(this.#conditional, { writerId, eventNumber: 0n, expectedOffset: 0n, requestId: 0n })
  }

  /** Makes a sendable frame of a closed block, or of one that is sent again over another connection. */
  finish(block: Block, requestId: bigint): readonly Uint8Array[] {
    const places = block.places
    if (places === undefined) throw new RangeError('a block is closed before it is sent')
    const header = dataView(places.header, places.headerAt)
    const trailer = dataView(places.trailer, places.trailerAt)
    if (block.conditional) {
      const template = this.#conditional
      places.header.set(template.subarray(0, CONDITIONAL_APPEND_HEAD_BYTES), places.headerAt)
      header.setInt32(4, template.readInt32BE(4) + block.bytes)
      header.setBigInt64(24, block.number)
      header.setBigInt64(32, block.condition ?? -1n)
      header.setInt32(40, block.bytes)
      trailer.setBigInt64(0, requestId)
    } else {
      const template = this.#append
      places.header.set(template.subarray(0, APPEND_HEAD_BYTES), places.headerAt)
      header.setInt32(4, template.readInt32BE(4) + block.bytes)
      header.setInt32(24, block.bytes)
      header.setInt32(28, block.bytes)
      trailer.setInt32(0, block.events)
      trailer.setBigInt64(4, block.number)
      trailer.setBigInt64(12, requestId)
    }
    return block.frame
  }
}

function dataView(bytes: Uint8Array, at: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + at)
}
