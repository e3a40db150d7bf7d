import { freeFrameMemory } from '@pravega-ts/wire-protocol'
import type { ReadBudget } from './read-budget.ts'
import type { ReadResult } from './read-result.ts'

export interface ReadAheadOptions {
  /** Bytes to ask for at a time. */
  readonly requestLength: number
  /** Most reads of data that is known to be there, at a time. */
  readonly maxReads: number
  readonly budget: ReadBudget
}

/** A read to be sent. */
export interface SpanRead {
  readonly id: number
  readonly offset: bigint
  readonly length: number
}

/** A piece of the segment behind the position; the pieces follow each other without gaps. */
interface Span {
  readonly id: number
  offset: bigint
  length: number
  /** What it is counted for in the budget. */
  cost: number
  state: 'wanted' | 'asked' | 'arrived'
  bytes: Uint8Array | undefined
  /** Whether somebody outside has a view on the memory of `bytes`. */
  lent: boolean
}

/** After losses no less than this is asked for at a time, in bytes. */
const SMALLEST_REQUEST = 16 * 1024

/** Reads in a row that were filled to the brim at the end of what is known, before the length is asked for. */
const FULL_READS_BEFORE_ASKING = 4

/**
 * Which reads to send and what to make of the answers, in whatever order they come; no sockets and no clocks.
 *
 * Data that is known to be there is read ahead with several reads at a time, within the budget. At the end of what is known
 * one read waits. Answers may be shorter than asked: the rest is asked for again.
 */
export class ReadAhead {
  readonly #options: ReadAheadOptions
  #position: bigint
  #spans: Span[] = []
  /** Data is known to be there up to here. */
  #tail = 0n
  #end: bigint | undefined
  /** First offset that can be read, when what follows the spans was truncated away. */
  #truncatedTo: bigint | undefined
  #nextId = 0
  /** Bytes to ask for at a time now. Shrinks when connections do not last for an answer, grows with answers. */
  #askLength: number
  #fullReads = 0
  /** Answers in a row that held nothing. */
  #emptyReads = 0

  constructor(offset: bigint, options: ReadAheadOptions) {
    this.#position = offset
    this.#options = options
    this.#askLength = options.requestLength
  }

  /** Offset of the next byte to be taken. */
  get position(): bigint {
    return this.#position
  }

  /** Bytes that can be taken without waiting. */
  get available(): number {
    let bytes = 0
    for (const span of this.#spans) {
      if (span.state !== 'arrived') break
      bytes += span.length
    }
    return bytes
  }

  get readable(): boolean {
    return this.#spans[0] === undefined ? this.#outcome() !== undefined : this.#spans[0].state === 'arrived'
  }

  /** Whether there is nothing more to ask for: all that will come, and why no more does, is here. */
  get complete(): boolean {
    if (this.#spans.some(span => span.state !== 'arrived')) return false
    const last = this.#spans.at(-1)
    const next = last === undefined ? this.#position : last.offset + BigInt(last.length)
    return this.#truncatedTo !== undefined || (this.#end !== undefined && next >= this.#end)
  }

  get emptyReads(): number {
    return this.#emptyReads
  }

  /** Whether it is worth asking how long the segment is: data seems to be there that is not known of. */
  get wantsTail(): boolean {
    return this.#fullReads >= FULL_READS_BEFORE_ASKING
  }

  /** Whether reads were sent that are not answered. */
  get waiting(): boolean {
    return this.#spans.some(span => span.state === 'asked')
  }

  /** Starts anew somewhere else. Answers to what was asked before are no longer known. */
  seek(offset: bigint): void {
    this.#cutFrom(0)
    this.#position = offset
    this.#truncatedTo = undefined
    this.#fullReads = 0
    this.#emptyReads = 0
  }

  /** Reads that are to be sent now. They count as sent. */
  plan(): readonly SpanRead[] {
    const reads: SpanRead[] = []
    for (const span of this.#spans) {
      if (span.state !== 'wanted') continue
      span.state = 'asked'
      reads.push({ id: span.id, offset: span.offset, length: Math.min(span.length, this.#askLength) })
    }
    for (let span = this.#ask(); span !== undefined; span = this.#ask()) {
      reads.push({ id: span.id, offset: span.offset, length: span.length })
    }
    return reads
  }

  /** The segment as it is now. */
  informed(info: { readonly startOffset: bigint; readonly writeOffset: bigint; readonly isSealed: boolean }): void {
    this.#fullReads = 0
    if (info.writeOffset > this.#tail) this.#tail = info.writeOffset
    if (info.isSealed) this.#endAt(info.writeOffset)
    const first = this.#spans.findIndex(span => span.state !== 'arrived' && span.offset < info.startOffset)
    if (first >= 0) this.#truncate(first, info.startOffset)
    else if (this.#spans.length === 0 && this.#position < info.startOffset) this.#truncatedTo = info.startOffset
  }

  /** An answer with data, perhaps less than asked for, perhaps none. */
  arrived(id: number, bytes: Uint8Array, flags: { readonly atTail: boolean; readonly endOfSegment: boolean }): void {
    const index = this.#spans.findIndex(span => span.id === id && span.state === 'asked')
    const span = this.#spans[index]
    if (span === undefined) return
    const isLast = index === this.#spans.length - 1
    const data = !isLast && bytes.length > span.length ? bytes.subarray(0, span.length) : bytes
    const after = span.offset + BigInt(data.length)
    const missing = span.length - data.length
    if (after > this.#tail) this.#tail = after
    this.#emptyReads = data.length === 0 ? this.#emptyReads + 1 : 0
    if (data.length > 0) this.#askLength = Math.min(this.#options.requestLength, this.#askLength * 2)
    this.#fullReads = missing <= 0 && isLast && !flags.atTail && after === this.#tail ? this.#fullReads + 1 : 0
    this.#options.budget.add(data.length - span.cost)
    if (data.length === 0) {
      this.#spans.splice(index, 1)
    } else {
      span.length = data.length
      span.cost = data.length
      span.bytes = data
      span.state = 'arrived'
    }
    if (flags.endOfSegment) this.#endAt(after)
    else if (missing > 0 && !isLast) {
      this.#spans.splice(data.length === 0 ? index : index + 1, 0, this.#span(after, missing, 'wanted'))
    }
  }

  /** The segment was sealed while a read waited at its end. */
  sealed(id: number): void {
    const span = this.#spans.find(candidate => candidate.id === id)
    if (span !== undefined) this.#endAt(span.offset)
  }

  /** What a read was to get does not exist any more. */
  truncated(id: number, startOffset: bigint): void {
    const index = this.#spans.findIndex(span => span.id === id && span.state === 'asked')
    if (index >= 0) this.#truncate(index, startOffset)
  }

  /** Nothing that was sent will be answered. */
  lost(): void {
    if (this.waiting) this.#askLength = Math.min(this.#askLength, Math.max(SMALLEST_REQUEST, this.#askLength >> 2))
    for (const span of this.#spans) if (span.state === 'asked') span.state = 'wanted'
  }

  /** The next result, if there is one; its bytes are a view on what arrived. */
  take(maxBytes: number): ReadResult | undefined {
    const span = this.#spans[0]
    if (span === undefined) return this.#outcome()
    if (span.bytes === undefined) return undefined
    const offset = this.#position
    const bytes = span.bytes.length <= maxBytes ? span.bytes : span.bytes.subarray(0, maxBytes)
    span.lent = true
    this.#advance(span, bytes.length)
    return { kind: 'data', offset, bytes }
  }

  /** The next result, if there is one; its bytes are copied into `target`, and the memory they lay in is given back. */
  copy(target: Uint8Array): ReadResult | undefined {
    const offset = this.#position
    let filled = 0
    while (filled < target.length) {
      const span = this.#spans[0]
      if (span?.bytes === undefined) break
      const whole = span.bytes
      const part = whole.subarray(0, target.length - filled)
      target.set(part, filled)
      filled += part.length
      this.#advance(span, part.length)
      if (part.length === whole.length && !span.lent) freeFrameMemory(whole)
    }
    if (filled > 0) return { kind: 'data', offset, bytes: target.subarray(0, filled) }
    return this.#spans[0] === undefined ? this.#outcome() : undefined
  }

  /** Bytes at the beginning of the first span have been taken. */
  #advance(span: Span, count: number): void {
    this.#position += BigInt(count)
    this.#options.budget.add(-count)
    if (count === span.length) {
      this.#spans.shift()
      return
    }
    span.offset = this.#position
    span.length -= count
    span.cost -= count
    span.bytes = span.bytes?.subarray(count)
  }

  #outcome(): ReadResult | undefined {
    if (this.#truncatedTo !== undefined) {
      return { kind: 'truncated', offset: this.#position, startOffset: this.#truncatedTo }
    }
    if (this.#end !== undefined && this.#position >= this.#end) return { kind: 'endOfSegment', offset: this.#end }
    return undefined
  }

  /** The next read behind all others, if it may be sent. */
  #ask(): Span | undefined {
    if (this.#truncatedTo !== undefined) return undefined
    const { budget, maxReads } = this.#options
    const last = this.#spans.at(-1)
    const offset = last === undefined ? this.#position : last.offset + BigInt(last.length)
    if (this.#end !== undefined && offset >= this.#end) return undefined
    const isThere = offset < this.#tail
    const asked = this.#spans.filter(span => span.state === 'asked')
    if (last !== undefined) {
      if (budget.exhausted || asked.length >= maxReads) return undefined
      if (!isThere && asked.length > 0) return undefined
    }
    const span = this.#span(offset, this.#askLength, 'asked')
    this.#spans.push(span)
    return span
  }

  #span(offset: bigint, length: number, state: 'wanted' | 'asked'): Span {
    const there = this.#tail - offset
    const cost = there <= 0n ? 0 : there < BigInt(length) ? Number(there) : length
    this.#options.budget.add(cost)
    this.#nextId += 1
    return { id: this.#nextId, offset, length, cost, state, bytes: undefined, lent: false }
  }

  #endAt(end: bigint): void {
    this.#end = end
    this.#cutFrom(this.#spans.findIndex(span => span.state !== 'arrived' && span.offset >= end))
    const last = this.#spans.at(-1)
    if (last !== undefined && last.state !== 'arrived' && last.offset + BigInt(last.length) > end) {
      last.length = Number(end - last.offset)
    }
  }

  #truncate(index: number, startOffset: bigint): void {
    this.#cutFrom(index)
    this.#truncatedTo = startOffset
  }

  #cutFrom(index: number): void {
    if (index < 0) return
    for (const span of this.#spans.splice(index)) this.#options.budget.add(-span.cost)
  }
}
