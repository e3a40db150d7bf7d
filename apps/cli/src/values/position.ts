import { parseSize } from './quantities.ts'
import { refuse } from './refuse.ts'

/** A place in a byte stream. */
export type Position =
  | { readonly from: 'head' }
  /** So many bytes before the end. */
  | { readonly from: 'tail'; readonly before: bigint }
  | { readonly from: 'offset'; readonly offset: bigint }

const LARGEST_OFFSET = 2n ** 63n - 1n

/** `head`, `tail`, `tail-100`, `tail-4KiB` or an offset. */
export function parsePosition(text: string): Position {
  if (text === 'head') return { from: 'head' }
  if (text === 'tail') return { from: 'tail', before: 0n }
  if (text.startsWith('tail-')) return { from: 'tail', before: parseSize(text.slice('tail-'.length)) }
  return { from: 'offset', offset: parseOffset(text) }
}

/** A byte offset, from 0. */
export function parseOffset(text: string): bigint {
  if (!/^\d+$/.test(text)) throw refuse('it is not a place in the stream; write head, tail, tail-100 or an offset')
  const offset = BigInt(text)
  if (offset > LARGEST_OFFSET) throw refuse('an offset is at most 2^63-1')
  return offset
}
