import type { Offsets, ReaderGroupState } from './reader-group-state.ts'

/** An id with this in it is of a silent checkpoint: readers answer without showing it, and it never becomes the last one. */
export const SILENT = '_SILENT_'

/** How far a checkpoint is. */
export type CheckpointStatus =
  | { readonly kind: 'waiting'; readonly readers: readonly string[] }
  | { readonly kind: 'complete'; readonly positions: Offsets }
  /** Cancelled, cleared because a later one was complete, or never created. */
  | { readonly kind: 'gone' }

export function isSilent(checkpoint: string): boolean {
  return checkpoint.includes(SILENT)
}

export function checkpointStatus(state: ReaderGroupState, checkpoint: string): CheckpointStatus {
  const found = state.checkpoints.list.findLast(({ id }) => id === checkpoint)
  if (found?.positions === undefined) return { kind: 'gone' }
  if (found.waitingFor.size > 0) return { kind: 'waiting', readers: [...found.waitingFor] }
  return { kind: 'complete', positions: found.positions }
}

/** Whether all readers have answered it, so that its positions are known. `false` also when it is gone. */
export function isComplete(state: ReaderGroupState, checkpoint: string): boolean {
  return checkpointStatus(state, checkpoint).kind === 'complete'
}

/** The readers that a checkpoint still waits for. */
export function lateReaders(state: ReaderGroupState, checkpoint: string): readonly string[] {
  const status = checkpointStatus(state, checkpoint)
  return status.kind === 'waiting' ? status.readers : []
}

/** The oldest checkpoint that waits for this reader. Until it has answered, it neither acquires, releases nor completes. */
export function pendingCheckpoint(state: ReaderGroupState, reader: string): string | undefined {
  return state.checkpoints.list.find(({ waitingFor }) => waitingFor.has(reader))?.id
}

/** Ids of unfinished checkpoints that count against `maxOutstandingCheckpoints`: all but the silent ones, oldest first. */
export function outstandingCheckpoints(state: ReaderGroupState): readonly string[] {
  return state.checkpoints.list.filter(({ id, waitingFor }) => waitingFor.size > 0 && !isSilent(id)).map(({ id }) => id)
}

/** Whether any checkpoint, silent or not, waits for a reader: no automatic one is made then. */
export function hasOngoingCheckpoint(state: ReaderGroupState): boolean {
  return state.checkpoints.list.some(({ waitingFor }) => waitingFor.size > 0)
}
