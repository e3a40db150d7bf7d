import type { SegmentSlice } from '@pravega-ts/event-client'
import { PravegaError } from '@pravega-ts/model'
import { toOffset } from '@pravega-ts/segment-client'
import type { SliceReturn } from './event-cursor.ts'
import type { OwnedSegment, SliceHolder } from './owned-segment.ts'
import { ReaderSlice, type SliceKeeper } from './reader-slice.ts'

/** A slice that the application has. It must not be kept alive by this: that is how it is noticed when the application loses it. */
class Loan<T> implements SliceHolder {
  readonly owned: OwnedSegment<T>
  readonly slice: SegmentSlice<T>
  readonly startOffset: bigint
  handed: WeakRef<ReaderSlice<T>> | undefined
  /** `taken`: the reader lost its segment. */
  state: 'out' | 'returned' | 'taken' = 'out'

  constructor(owned: OwnedSegment<T>, slice: SegmentSlice<T>) {
    this.owned = owned
    this.slice = slice
    this.startOffset = slice.offset
  }

  acknowledged(): bigint {
    return this.startOffset
  }

  detach(): void {
    this.state = 'taken'
    this.handed?.deref()?.detach()
  }

  /** The application gives it back when it is done. */
  recall(): void {}
}

/** Lends slices to the application. */
export class SliceDesk<T> implements SliceKeeper<T> {
  readonly #return: SliceReturn<T>
  readonly #loans = new WeakMap<ReaderSlice<T>, Loan<T>>()
  readonly #lost: FinalizationRegistry<Loan<T>>

  /** @param onLost - The application has dropped a slice without giving it back. */
  constructor(target: SliceReturn<T>, onLost: (owned: OwnedSegment<T>) => void) {
    this.#return = target
    this.#lost = new FinalizationRegistry(loan => {
      if (loan.state !== 'out') return
      this.#bringBack(loan, loan.startOffset)
      onLost(loan.owned)
    })
  }

  lend(owned: OwnedSegment<T>, slice: SegmentSlice<T>): ReaderSlice<T> {
    const loan = new Loan(owned, slice)
    const handed = new ReaderSlice(slice, this)
    loan.handed = new WeakRef(handed)
    this.#loans.set(handed, loan)
    this.#lost.register(handed, loan, loan)
    owned.handOut(loan)
    return handed
  }

  /**
   * Takes a slice back, with everything before an offset acknowledged.
   *
   * @param offset - Default: behind the last event that it gave out.
   * @param isBorrowed - Whether nobody looks at its events any more: its memory is free then.
   * @returns `false` when its segment was taken from the reader
   * @throws PravegaError `INVALID_ARGUMENT` for an offset where no event begins, and for slices of other readers
   */
  bringBack(handed: ReaderSlice<T>, offset?: number | bigint, isBorrowed = false): boolean {
    const loan = this.#loans.get(handed)
    if (loan === undefined) {
      const why = `A slice of segment ${handed.segment} is refused: it comes from another reader`
      throw new PravegaError('INVALID_ARGUMENT', `${why}. Give it back to the reader that it comes from`)
    }
    if (loan.state === 'taken') return false
    if (loan.state === 'returned') return true
    const acknowledged = offset === undefined ? loan.slice.offset : toOffset('offset', offset)
    if (acknowledged < loan.startOffset) throw beforeSlice(handed, acknowledged)
    if (acknowledged !== loan.slice.offset) loan.slice.seek(acknowledged)
    handed.detach()
    this.#lost.unregister(loan)
    this.#bringBack(loan, acknowledged)
    if (isBorrowed && loan.slice.isEmpty) loan.slice.free()
    return true
  }

  #bringBack(loan: Loan<T>, acknowledged: bigint): void {
    const { owned, slice } = loan
    loan.state = 'returned'
    if (slice.offset !== acknowledged) slice.seek(acknowledged)
    this.#return.takeBack(owned, loan, acknowledged, slice.isEmpty ? undefined : slice)
  }
}

function beforeSlice({ segment, startOffset, endOffset }: ReaderSlice<unknown>, offset: bigint): PravegaError {
  const rule = `give one from ${startOffset} to ${endOffset} where an event begins or ends`
  return new PravegaError('INVALID_ARGUMENT', `Offset ${offset} in a slice of segment ${segment} is refused: ${rule}`, {
    details: { segment: String(segment), offset, startOffset, endOffset },
  })
}
