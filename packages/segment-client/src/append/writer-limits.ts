import { PravegaError } from '@pravega-ts/model'
import { toOffset } from '../offset.ts'
import type { SegmentWriterOptions } from '../segment-writer.ts'

/** Most bytes of one append: an event of 8 MiB with its header. Servers take somewhat more, other clients expect no more. */
export const LARGEST_APPEND: number = 8 * 1024 * 1024 + 8

const MIB = 1024 * 1024

/** The sizes and times among the options of a segment writer, checked and complete. */
export interface WriterLimits {
  readonly expectedOffset: bigint | undefined
  readonly maxBlockBytes: number
  readonly maxInFlightBytes: number
  readonly timeoutMs: number
}

/** @throws PravegaError `INVALID_ARGUMENT` */
export function writerLimits(options: SegmentWriterOptions): WriterLimits {
  const conditional = options.expectedOffset !== undefined
  return {
    expectedOffset:
      options.expectedOffset === undefined ? undefined : toOffset('expectedOffset', options.expectedOffset),
    maxBlockBytes: whole('maxBlockBytes', options.maxBlockBytes ?? (conditional ? 4 * MIB : MIB), LARGEST_APPEND),
    maxInFlightBytes: whole('maxInFlightBytes', options.maxInFlightBytes ?? 16 * MIB, Number.MAX_SAFE_INTEGER),
    timeoutMs: options.timeoutMs ?? 300_000,
  }
}

function whole(name: string, value: number, largest: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= largest) return value
  throw new PravegaError('INVALID_ARGUMENT', `${name} ${value} is refused: give a whole number from 1 to ${largest}`, {
    details: { name, value, largest },
  })
}
