import type { TransactionStatus } from '../transaction.ts'

/**
 * What a process knows of a transaction.
 *
 * - `committing`: with `isAccepted` the controller has agreed. With `inDoubt` it was asked before, and may have agreed
 * - `aborted`: `by` the `caller` here, or by the `server` (its lease was over, or another process asked for it)
 * - `lost`: nobody has told the end. After its `lease` was over and no controller was reached; after a `commit` or an `abort` that was
 *   not answered; `unknownId`: the controller does not know it
 */
export type TransactionStage =
  | { readonly tag: 'open' }
  | { readonly tag: 'flushing' }
  | { readonly tag: 'committing'; readonly isAccepted: boolean; readonly inDoubt: boolean }
  | { readonly tag: 'committed' }
  | { readonly tag: 'aborting' }
  | { readonly tag: 'aborted'; readonly by: 'caller' | 'server' }
  | { readonly tag: 'lost'; readonly after: 'lease' | 'commit' | 'abort' | 'unknownId' }

/**
 * - `commit`, `abort`: the caller wants it
 * - `flushed`, `unflushed`: all events are acknowledged, or that did not come about
 * - `accepted`, `refused`, `unanswered`: what came of asking the controller to commit or abort; `refused` had no effect
 * - `leaseOver`: the lease was not renewed in time, as far as is known here
 * - `told`: the controller has said what it is
 */
export type StageEvent =
  | {
      readonly type: 'commit' | 'abort' | 'flushed' | 'unflushed' | 'accepted' | 'refused' | 'unanswered' | 'leaseOver'
    }
  | { readonly type: 'told'; readonly status: TransactionStatus | 'unknown' }

export const OPEN: TransactionStage = { tag: 'open' }

const FLUSHING: TransactionStage = { tag: 'flushing' }
const ABORTING: TransactionStage = { tag: 'aborting' }
const ACCEPTED: TransactionStage = { tag: 'committing', isAccepted: true, inDoubt: false }

/** What is known after something has happened; the same stage when that says nothing new. */
export function nextStage(stage: TransactionStage, event: StageEvent): TransactionStage {
  if (isOver(stage)) return stage
  if (event.type === 'told') return told(stage, event.status)
  switch (stage.tag) {
    case 'open':
      return begun(event.type) ?? (event.type === 'leaseOver' ? lost('lease') : stage)
    case 'flushing':
      if (event.type === 'flushed') return asking(false)
      if (event.type === 'unflushed') return OPEN
      return event.type === 'abort' ? ABORTING : stage
    case 'committing':
      return stage.isAccepted ? stage : committing(stage, event.type)
    case 'aborting':
      if (event.type === 'accepted') return { tag: 'aborted', by: 'caller' }
      // Its writers are gone: nothing but an abort can follow, or the end of the lease.
      return event.type === 'refused' || event.type === 'unanswered' ? lost('abort') : stage
    case 'lost':
      return sought(stage, event.type)
  }
}

/** Whether the end is known. */
export function isOver(
  stage: TransactionStage,
): stage is Extract<TransactionStage, { readonly tag: 'committed' | 'aborted' }> {
  return stage.tag === 'committed' || stage.tag === 'aborted'
}

/** Whether the lease is to be renewed: not when the end is known, or when the end of the lease is what is wanted. */
export function needsLease(stage: TransactionStage): boolean {
  switch (stage.tag) {
    case 'open':
    case 'flushing':
      return true
    case 'committing':
      return !stage.isAccepted
    case 'lost':
      return stage.after === 'lease' || stage.after === 'commit'
    case 'committed':
    case 'aborting':
    case 'aborted':
      return false
  }
}

function told(stage: TransactionStage, status: TransactionStatus | 'unknown'): TransactionStage {
  const isAccepted = stage.tag === 'committing' && stage.isAccepted
  switch (status) {
    case 'open':
      return stage.tag === 'lost' && stage.after === 'lease' ? OPEN : stage
    case 'committing':
      return isAccepted ? stage : ACCEPTED
    case 'committed':
      return { tag: 'committed' }
    case 'aborting':
    case 'aborted':
      return { tag: 'aborted', by: wasAborted(stage) ? 'caller' : 'server' }
    case 'unknown':
      return isAccepted || (stage.tag === 'lost' && stage.after === 'unknownId') ? stage : lost('unknownId')
  }
}

function wasAborted(stage: TransactionStage): boolean {
  return stage.tag === 'aborting' || (stage.tag === 'lost' && stage.after === 'abort')
}

function begun(type: StageEvent['type']): TransactionStage | undefined {
  if (type === 'commit') return FLUSHING
  return type === 'abort' ? ABORTING : undefined
}

function committing(
  stage: Extract<TransactionStage, { readonly tag: 'committing' }>,
  type: StageEvent['type'],
): TransactionStage {
  switch (type) {
    case 'accepted':
      return ACCEPTED
    case 'refused':
      // A question that was not answered before may still be on its way.
      return stage.inDoubt ? lost('commit') : OPEN
    case 'unanswered':
      return lost('commit')
    default:
      return stage
  }
}

function sought(
  stage: Extract<TransactionStage, { readonly tag: 'lost' }>,
  type: StageEvent['type'],
): TransactionStage {
  switch (stage.after) {
    case 'lease':
      return begun(type) ?? stage
    case 'commit':
      if (type === 'commit') return asking(true)
      return type === 'abort' ? ABORTING : stage
    case 'abort':
      return type === 'abort' ? ABORTING : stage
    case 'unknownId':
      return stage
  }
}

function asking(inDoubt: boolean): TransactionStage {
  return { tag: 'committing', isAccepted: false, inDoubt }
}

function lost(after: Extract<TransactionStage, { readonly tag: 'lost' }>['after']): TransactionStage {
  return { tag: 'lost', after }
}
