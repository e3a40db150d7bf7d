import type { Offsets, ReaderGroupState, SegmentName } from '../state/reader-group-state.ts'
import { type Evidence, type Membership, NO_EVIDENCE } from './membership.ts'

const NO_NAMES: ReadonlySet<SegmentName> = new Set()

/** What a reader knows of its place in the group, without looking. */
export class Standing {
  /** As what it is a member; undefined: it is none, or is to act as one no more. */
  membership: Membership | undefined
  /** As what it has to leave the group still. */
  leaving: Membership | undefined
  #evidence: Evidence = NO_EVIDENCE
  /** Segments that a change would have taken away of which no answer came; undefined: all changes were answered. */
  #doubted: ReadonlySet<SegmentName> | undefined

  /** By what a reader of the same id would be noticed. */
  get evidence(): Evidence {
    return this.#doubted === undefined ? this.#evidence : NO_EVIDENCE
  }

  get isInDoubt(): boolean {
    return this.#doubted !== undefined
  }

  /** Nothing is known of a membership. */
  forget(): void {
    this.#evidence = NO_EVIDENCE
    this.#doubted = undefined
  }

  joined(membership: Membership): void {
    this.forget()
    this.membership = membership
    this.leaving = undefined
  }

  /**
   * The state as of the last look or change.
   *
   * @param toldLag - As the state keeps what was told last, perhaps without a condition: then the next look shows it. Undefined: it keeps
   * none.
   */
  remember(state: ReaderGroupState, reader: string, toldLag: { readonly kept: bigint | undefined } | undefined): void {
    const recorded: Offsets = state.assigned.get(reader) ?? new Map()
    this.#evidence = { recorded, lags: toldLag && [state.lag.get(reader), toldLag.kept] }
  }

  /** A change is made; whether it was, the next look tells, unless {@link Standing.believe} comes first. */
  doubt(names: Iterable<SegmentName>): void {
    this.#doubted = new Set(names)
  }

  /** The answer has come, or was looked for. Returns the segments that may be gone. */
  believe(): ReadonlySet<SegmentName> {
    const doubted = this.#doubted ?? NO_NAMES
    this.#doubted = undefined
    return doubted
  }
}
