import { Block, type FrameLayout } from './append-block.ts'
import type { Slab, SlabPool } from './slab-pool.ts'

/** A slab with less room than this is not begun again: the frame around a block should not outweigh it. */
const SMALLEST_START = 1024

/**
 * Assembles append blocks in place: data is copied once, to where the frame is sent from, with room kept for the header before
 * it and the trailer behind it. Large data can be taken by reference instead. Knows nothing of connections.
 */
export class BlockAssembler {
  readonly #pool: SlabPool
  readonly #layouts: { readonly append: FrameLayout; readonly conditional: FrameLayout }
  readonly #maxBlockBytes: number
  #slab: Slab | undefined
  #block: Block | undefined
  /** Where the next byte goes in the slab. */
  #at = 0
  /** Where the piece that is being written began. */
  #pieceAt = 0
  #headerAt = 0
  #header: Buffer | undefined

  constructor(
    pool: SlabPool,
    layouts: { readonly append: FrameLayout; readonly conditional: FrameLayout },
    maxBlockBytes: number,
  ) {
    this.#pool = pool
    this.#layouts = layouts
    this.#maxBlockBytes = maxBlockBytes
  }

  /** The block that is being filled, if there is one. */
  get open(): Block | undefined {
    return this.#block
  }

  get openBytes(): number {
    return this.#block === undefined ? 0 : this.#block.bytes
  }

  get full(): boolean {
    return this.openBytes >= this.#maxBlockBytes
  }

  /** The memory that {@link reserve} points into. */
  get buffer(): Buffer {
    if (this.#slab === undefined) throw new RangeError('reserve() comes first')
    return this.#slab.bytes
  }

  /** Copies as much of `data` as the open block takes, beginning one if needed. Returns how much that was. */
  copy(data: Uint8Array, from: number, end: number, conditional: boolean): number {
    const block = this.#begin(conditional, 1)
    const length = Math.min(end - from, this.#maxBlockBytes - block.bytes)
    this.#copyInto(block, data, from, from + length)
    return length
  }

  /** Copies all of `data` into a block of its own, whatever its size. No block may be open. */
  copyWhole(data: Uint8Array, conditional: boolean): void {
    const block = this.#begin(conditional, 1)
    block.divisible = false
    this.#copyInto(block, data, 0, data.length)
  }

  /** Takes as much of `data` by reference as the open block has room for. The caller must not change it until it is acknowledged. */
  attach(data: Uint8Array, from: number, end: number, conditional: boolean): number {
    const block = this.#begin(conditional, 1)
    const length = Math.min(end - from, this.#maxBlockBytes - block.bytes)
    if (length === 0) return 0
    this.#endPiece(block)
    const view = data.subarray(from, from + length)
    block.frame.push(view)
    block.data.push(view)
    block.bytes += length
    return length
  }

  /**
   * Room for `length` bytes in one piece: the position in {@link buffer} to write them at, before {@link commit}. -1 when the
   * open block has to be closed first.
   */
  reserve(length: number): number {
    if (this.#block !== undefined && this.#block.bytes + length > this.#maxBlockBytes && this.#block.bytes > 0)
      return -1
    const block = this.#begin(false, length)
    if (this.#roomFor(block) < length) this.#nextSlab(block, length)
    return this.#at
  }

  /** What was written after {@link reserve} belongs to the block. */
  commit(length: number, events: number): Block {
    const block = this.#block
    if (block === undefined) throw new RangeError('reserve() comes first')
    this.#at += length
    block.divisible = false
    block.bytes += length
    block.events += events
    return block
  }

  /** Ends the open block; its frame has everything but the values of header and trailer. */
  close(): Block | undefined {
    const block = this.#block
    const slab = this.#slab
    const header = this.#header
    if (block === undefined || slab === undefined || header === undefined) return undefined
    const { trailer } = this.#layout(block)
    this.#at += trailer
    this.#endPiece(block, trailer)
    block.places = { header, headerAt: this.#headerAt, trailer: slab.bytes, trailerAt: this.#at - trailer }
    if (block.events === 0) block.events = 1
    this.#block = undefined
    this.#header = undefined
    return block
  }

  /** Gives up the memory that is kept for the next block. To be called while no block is open. */
  rest(): void {
    if (this.#slab === undefined || this.#block !== undefined) return
    this.#pool.release(this.#slab)
    this.#slab = undefined
  }

  #copyInto(block: Block, data: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end; ) {
      if (this.#roomFor(block) === 0) this.#nextSlab(block, 1)
      const length = Math.min(this.#roomFor(block), end - at)
      this.buffer.set(length === data.length ? data : data.subarray(at, at + length), this.#at)
      this.#at += length
      at += length
    }
    block.bytes += end - from
  }

  #layout(block: Block): FrameLayout {
    return block.conditional ? this.#layouts.conditional : this.#layouts.append
  }

  #roomFor(block: Block): number {
    return this.buffer.length - this.#at - this.#layout(block).trailer
  }

  #begin(conditional: boolean, inOnePiece: number): Block {
    if (this.#block !== undefined) return this.#block
    const block = new Block(conditional, true)
    const { prefix, trailer } = this.#layout(block)
    const least = prefix + trailer + Math.max(inOnePiece, SMALLEST_START)
    const slab = this.#slab
    if (slab === undefined || slab.bytes.length - this.#at < least) this.#takeSlab(least)
    this.#block = block
    this.#reference(block)
    this.#header = this.buffer
    this.#headerAt = this.#at
    this.#pieceAt = this.#at
    this.#at += prefix
    return block
  }

  #nextSlab(block: Block, inOnePiece: number): void {
    this.#endPiece(block)
    this.#takeSlab(inOnePiece + this.#layout(block).trailer)
    this.#reference(block)
    this.#pieceAt = 0
  }

  #takeSlab(atLeast: number): void {
    if (this.#slab !== undefined) this.#pool.release(this.#slab)
    this.#slab = this.#pool.take(atLeast)
    this.#at = 0
  }

  #reference(block: Block): void {
    const slab = this.#slab
    if (slab === undefined) return
    slab.references += 1
    block.slabs.push(slab)
  }

  #endPiece(block: Block, trailer = 0): void {
    if (this.#at === this.#pieceAt) return
    const piece = this.buffer.subarray(this.#pieceAt, this.#at)
    const prefix = block.frame.length === 0 ? this.#layout(block).prefix : 0
    block.frame.push(piece)
    if (piece.length > prefix + trailer) block.data.push(piece.subarray(prefix, piece.length - trailer))
    this.#pieceAt = this.#at
  }
}
