import type { ReadAhead, SpanRead } from '../../src/read/read-ahead.ts'

/** A segment whose bytes are known by their offset, and a network on which answers wait and arrive in any order. */
export class ModelSegment {
  readonly ahead: ReadAhead
  length: number
  startOffset = 0
  sealed = false
  asked: SpanRead[] = []
  /** Bytes that were asked for or answered, and not taken: the most there ever was. */
  mostAsked = 0

  constructor(ahead: ReadAhead, length: number) {
    this.ahead = ahead
    this.length = length
  }

  static byteAt(offset: number): number {
    return (offset * 31) % 251
  }

  info(): void {
    const { startOffset, length, sealed: isSealed } = this
    this.ahead.informed({ startOffset: BigInt(startOffset), writeOffset: BigInt(length), isSealed })
  }

  send(): void {
    this.asked.push(...this.ahead.plan())
    this.mostAsked = Math.max(this.mostAsked, this.asked.length)
  }

  /** Answers one of the reads, if it can be answered now; `most`: not more bytes than that. */
  answer(which: number, most: number): void {
    const read = this.asked[which % Math.max(1, this.asked.length)]
    if (read === undefined) return
    const offset = Number(read.offset)
    const waits = offset >= this.length
    if (waits && !this.sealed) return
    this.asked = this.asked.filter(other => other !== read)
    if (offset < this.startOffset) this.ahead.truncated(read.id, BigInt(this.startOffset))
    else if (waits) this.ahead.sealed(read.id)
    else {
      const count = Math.min(Math.max(8, read.length), most, this.length - offset)
      const bytes = Uint8Array.from({ length: count }, (_, n) => ModelSegment.byteAt(offset + n))
      const atTail = offset + count === this.length
      this.ahead.arrived(read.id, bytes, { atTail, endOfSegment: atTail && this.sealed })
    }
  }

  lose(): void {
    this.asked = []
    this.ahead.lost()
    this.info()
  }
}
