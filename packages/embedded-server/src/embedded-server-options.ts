import type { Logger } from '@pravega-ts/config'
import type { AccountsOptions } from './accounts/account-options.ts'
import type { AutoScalingOptions } from './auto-scaling-options.ts'
import type { Clock } from './controller/index.ts'
import type { HttpOptions } from './observability/http-endpoint.ts'
import type { DataOptions } from './storage/disk/data-options.ts'
import type { SegmentStorage } from './storage/segment-storage.ts'
import type { ServerTlsOptions } from './tls/tls-options.ts'

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
  /** With this, only those with an account may call, and do what it allows. Default: everybody may do everything. */
  readonly accounts?: AccountsOptions | undefined
  /**
   * So many connections at most, on each of the ports. One that has not said anything sensible yet makes room for the next; else the next
   * is closed at once, and the client tries again. Default: 16,384.
   */
  readonly maxConnections?: number | undefined
  /** Directory in which everything is kept, beyond the process; or that with options. Not together with `storage`. Default: in memory. */
  readonly data?: string | DataOptions | undefined
  /**
   * With this, an HTTP port answers `/metrics` in the text format of Prometheus, and `/health`. Default: none. To anybody who can reach
   * it: neither accounts nor TLS are asked for.
   */
  readonly http?: HttpOptions | undefined
  /** Where segments are kept. Default: a new `MemorySegmentStorage`. */
  readonly storage?: SegmentStorage | undefined
  /** Default: silent. */
  readonly logger?: Logger | undefined
  /**
   * Where the server takes its time from: leases of transactions, expiry of tokens, times of stream cuts and of what is listed. With one that a test
   * moves, a lease of ten seconds is over at once. Default: the system's time.
   */
  readonly clock?: Clock | undefined
  /** Milliseconds between two rounds of retention. Default: 1,800,000 (half an hour), as Pravega has it. */
  readonly retentionPeriodMs?: number | undefined
  /** When streams with a policy by rate are scaled by what is written to them; `false`: never. Default: as Pravega does. */
  readonly autoScaling?: false | AutoScalingOptions | undefined
  /** Milliseconds between two rounds of watermarks. Default: 10,000, as Pravega has it. */
  readonly watermarkPeriodMs?: number | undefined
}
