import { parseDuration } from './quantities.ts'
import { refuse } from './refuse.ts'

export type SyncPolicyFlag = 'always' | 'never' | { readonly everyMs: number }

/** `always`, `never`, or how often: `50ms`, `1s`. */
export function parseSyncPolicy(text: string): SyncPolicyFlag {
  if (text === 'always' || text === 'never') return text
  try {
    return { everyMs: parseDuration(text) }
  } catch {
    throw refuse('write always, never, or how often, for instance 50ms or 1s')
  }
}
