import type { PravegaError } from '@pravega-ts/model'

/**
 * - `joining`: becomes a member; nothing is read yet
 * - `reading`: a member
 * - `rejoining`: was made to leave, and becomes a member again; nothing is read meanwhile
 * - `offline`: no member any more, for this reason; `isOwnWish`: because the application said so
 * - `closed`
 */
export type ReaderState =
  | { readonly tag: 'joining' }
  | { readonly tag: 'reading' }
  | { readonly tag: 'rejoining'; readonly cause: PravegaError }
  | { readonly tag: 'offline'; readonly cause: PravegaError; readonly isOwnWish: boolean }
  | { readonly tag: 'closed' }

/** Whether a reader may go from one state to another. Nothing leads out of `closed`. */
export function mayBecome(from: ReaderState['tag'], to: ReaderState['tag']): boolean {
  switch (from) {
    case 'joining':
      return to === 'reading' || to === 'offline' || to === 'closed'
    case 'reading':
      return to === 'rejoining' || to === 'offline' || to === 'closed'
    case 'rejoining':
      return to === 'reading' || to === 'offline' || to === 'closed'
    case 'offline':
      return to === 'closed'
    case 'closed':
      return false
  }
}
