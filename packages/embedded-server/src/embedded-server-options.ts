import type { Logger } from '@pravega-ts/config'
import type { Clock } from './controller/index.ts'
import type { ServerTlsOptions } from './segment-store/wire-server.ts'
import type { SegmentStorage } from './storage/segment-storage.ts'

/** What an embedded server can be told; all of it has defaults. */
export interface EmbeddedServerOptions {
  /** Address to listen on, for both ports. Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** Port of the controller. Default 0: any free one. */
  readonly controllerPort?: number | undefined
  /** Port of the segment store. Default 0: any free one. */
  readonly segmentStorePort?: number | undefined
  /** Host under which clients find this server. Default: `host`, or `127.0.0.1` if that stands for all addresses. */
  readonly publishedHost?: string | undefined
  /** With this, both ports speak TLS only. Default: plain TCP. */
  readonly tls?: ServerTlsOptions | undefined
  /** Where segments are kept. Default: a new `MemorySegmentStorage`. */
  readonly storage?: SegmentStorage | undefined
  /** Default: silent. */
  readonly logger?: Logger | undefined
  /**
   * Where the controller takes its time from: leases of transactions, times of stream cuts and of what is listed. With one that a test
   * moves, a lease of ten seconds is over at once. Default: the system's time.
   */
  readonly clock?: Clock | undefined
  /** Milliseconds between two rounds of retention. Default: 1,800,000 (half an hour), as Pravega has it. */
  readonly retentionPeriodMs?: number | undefined
  /** Milliseconds between two rounds of watermarks. Default: 10,000, as Pravega has it. */
  readonly watermarkPeriodMs?: number | undefined
}
