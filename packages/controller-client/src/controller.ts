import type { CloseOptions } from '@pravega-ts/model'
import type { ClusterCalls } from './cluster.ts'
import type { KeyValueTableCalls } from './key-value-tables.ts'
import type { ReaderGroupCalls } from './reader-groups.ts'
import type { ScalingCalls } from './scaling.ts'
import type { ScopeCalls } from './scopes.ts'
import type { SegmentCalls } from './segments.ts'
import type { StreamCalls } from './streams.ts'
import type { TokenCalls } from './tokens.ts'
import type { TransactionCalls } from './transactions.ts'
import type { WatermarkCalls } from './watermarks.ts'

/**
 * Everything that a Pravega controller does, in terms of the model.
 *
 * The layers above know only this interface; {@link createController} makes the implementation that speaks gRPC.
 *
 * Any call can also fail with `UNAUTHENTICATED`, `PERMISSION_DENIED`, `UNAVAILABLE` (no controller could be reached; says
 * where and for how long it was tried), `CONNECTION_FAILED` (TLS), `CONTROLLER_FAILURE`, `PROTOCOL_VIOLATION`,
 * `UNIMPLEMENTED`, `DEADLINE_EXCEEDED`, `ABORTED` and `CLOSED`.
 */
export interface Controller
  extends ScopeCalls,
    StreamCalls,
    SegmentCalls,
    ScalingCalls,
    TransactionCalls,
    WatermarkCalls,
    ReaderGroupCalls,
    KeyValueTableCalls,
    TokenCalls,
    ClusterCalls,
    AsyncDisposable {
  /**
   * Takes no more calls and waits for those in flight; then they fail with `CLOSED` after `timeouts.closeMs`, or at once
   * with `force`. May be called again.
   */
  close(options?: CloseOptions): Promise<void>
}
