import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { unserializable } from '../log/log-errors.ts'
import { frameRecord } from '../log/record-framing.ts'
import { Revision } from '../revision.ts'
import type { StateModel } from '../state-synchronizer.ts'
import type { StateCopy } from './state-copy.ts'
import { fullStateRecord, updatesRecord } from './state-records.ts'

/** A record that is to be written, and the copy that it leads to where it is. */
export interface Draft<S> {
  readonly record: Uint8Array
  readonly copy: StateCopy<S>
}

/**
 * Makes records of what a member wants to write, and applies them before they are written: what does not fit is never seen by
 * others. Everything goes through its bytes, so that this member applies what the others will read.
 */
export class Drafts<S, I, U> {
  readonly #segment: ScopedSegment
  readonly #model: StateModel<S, I, U>

  constructor(segment: ScopedSegment, model: StateModel<S, I, U>) {
    this.#segment = segment
    this.#model = model
  }

  /** @throws PravegaError `ILLEGAL_STATE_UPDATE`, `SERIALIZATION_FAILED`, `INVALID_ARGUMENT`, or what the model throws */
  updates(updates: readonly U[], copy: StateCopy<S>): Draft<S> {
    const encoded = this.#encodeUpdates(updates)
    let { state } = copy
    for (const bytes of encoded) {
      const update = this.#serialize('Decoding an update', () => this.#model.decodeUpdate(bytes))
      state = this.#apply(state, update)
    }
    const record = frameRecord(this.#segment, updatesRecord(encoded))
    const revision = new Revision(this.#segment, copy.revision.offset + BigInt(record.length), updates.length - 1)
    return { record, copy: { ...copy, state, revision } }
  }

  /**
   * A record with updates that are not applied.
   *
   * @throws PravegaError `SERIALIZATION_FAILED`, `INVALID_ARGUMENT`
   */
  unapplied(updates: readonly U[]): Uint8Array {
    return frameRecord(this.#segment, updatesRecord(this.#encodeUpdates(updates)))
  }

  /** @throws PravegaError `SERIALIZATION_FAILED`, `INVALID_ARGUMENT`, or what the model throws */
  fullState(initial: I, previous: S | undefined, offset: bigint): Draft<S> {
    const bytes = this.#serialize('Encoding a full state', () => this.#model.encodeInitial(initial))
    const taken = this.#serialize('Decoding a full state', () => this.#model.decodeInitial(bytes))
    const state = this.#model.begin(taken, previous)
    const record = frameRecord(this.#segment, fullStateRecord(bytes))
    const revision = new Revision(this.#segment, offset + BigInt(record.length))
    return { record, copy: { state, revision, fullStateOffset: offset } }
  }

  #apply(state: S, update: U): S {
    try {
      return this.#model.apply(state, update)
    } catch (error) {
      if (PravegaError.is(error)) throw error
      const why = error instanceof Error ? error.message : String(error)
      throw new PravegaError(
        'ILLEGAL_STATE_UPDATE',
        `An update of the state in segment ${this.#segment} does not fit it and was not written: ${why}. Let the generator look at the state that it is given`,
        { cause: error, details: { segment: String(this.#segment) } },
      )
    }
  }

  #encodeUpdates(updates: readonly U[]): readonly Uint8Array[] {
    return updates.map(update => this.#serialize('Encoding an update', () => this.#model.encodeUpdate(update)))
  }

  #serialize<T>(what: string, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (PravegaError.is(error)) throw error
      throw unserializable(what, this.#segment, undefined, error)
    }
  }
}
