import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import type { LogRecord } from '../log/record-framing.ts'
import { Revision } from '../revision.ts'
import type { StateModel } from '../state-synchronizer.ts'
import { readStateRecord } from './state-records.ts'

/** One member's copy of the state. */
export interface StateCopy<S> {
  readonly state: S
  readonly revision: Revision
  /** Where the record with the full state begins that it was made from. */
  readonly fullStateOffset: bigint
}

/**
 * The copy after a record; undefined: there is none, because no full state has come yet.
 *
 * @param previous - For a full state: the state before it, also when there is no copy to go on with.
 * @throws PravegaError `CORRUPT_STATE` with the revision
 */
export function afterRecord<S, I, U>(
  model: StateModel<S, I, U>,
  segment: ScopedSegment,
  copy: StateCopy<S> | undefined,
  previous: S | undefined,
  { startOffset, endOffset, payload }: LogRecord,
): StateCopy<S> | undefined {
  let index = 0
  try {
    const record = readStateRecord(payload)
    if (record.kind === 'fullState') {
      const state = model.begin(model.decodeInitial(record.bytes), previous)
      return { state, revision: new Revision(segment, endOffset), fullStateOffset: startOffset }
    }
    if (copy === undefined) return undefined
    let { state } = copy
    for (; index < record.updates.length; index += 1) {
      const bytes = record.updates[index]
      if (bytes !== undefined) state = model.apply(state, model.decodeUpdate(bytes))
    }
    return { ...copy, state, revision: new Revision(segment, endOffset, Math.max(0, index - 1)) }
  } catch (error) {
    throw corrupt(new Revision(segment, endOffset, index), error)
  }
}

function corrupt(revision: Revision, cause: unknown): PravegaError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new PravegaError(
    'CORRUPT_STATE',
    `What was written at revision ${revision} cannot be understood or does not fit the state: ${why}. ` +
      'The state stays as it was before it, until somebody writes a full one. Find out who writes such records',
    { cause, details: { revision: revision.toText() } },
  )
}
