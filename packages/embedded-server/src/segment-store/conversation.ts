import type { Control, Reply, SegmentRead } from '@pravega-ts/wire-protocol'
import type { SegmentCatalog } from './segment-catalog.ts'
import type { WriterSessions } from './writer-sessions.ts'

/** A request whose answer may have to be fetched. */
export interface LookUp {
  readonly requestId: bigint
  readonly segment: string
}

/**
 * One connection as the handlers of commands see it. A handler that throws a PravegaError PROTOCOL_VIOLATION drops the
 * connection.
 */
export interface Conversation {
  readonly catalog: SegmentCatalog
  readonly writers: WriterSessions
  /** Sends a reply, after all changes made so far are durable. */
  reply(reply: Reply | Control): void
  /** Sends a SegmentRead whose data are `views`, without copying them. */
  replyRead(reply: Omit<SegmentRead, 'command' | 'data'>, views: readonly Uint8Array[]): void
  /** Takes no more commands, and closes the connection when everything said so far is sent. */
  end(reason: string): void
  /** Calls `work` when enough of what was said has been sent; at once if so already. */
  whenSent(work: () => void): void
  /** Calls `release` when the connection is gone. Returns what calls that off. */
  onGone(release: () => void): () => void
  /**
   * As `onGone`, for a request that is not answered yet.
   * @throws PravegaError PROTOCOL_VIOLATION when too many requests of the connection wait.
   */
  waitFor(release: () => void): () => void
  /**
   * Calls `answer` with what `find` gives, which may have to be fetched; when it cannot be, the peer is told why. Such requests of a connection
   * are answered one after the other, and not at all when it is gone. A failure of `answer` ends the connection.
   * @throws PravegaError PROTOCOL_VIOLATION when too many requests of the connection wait.
   */
  lookUp<T>(request: LookUp, find: () => T | Promise<T>, answer: (found: T) => void): void
}
