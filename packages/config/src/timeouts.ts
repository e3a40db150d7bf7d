/** How long something may take, in milliseconds. */
export interface Timeouts {
  /** Until a connection to a segment store stands, its greeting included. Default 5000. */
  readonly connectMs: number
  /** A request to a segment store that does not wait for data. Default 30000. */
  readonly requestMs: number
  /** A call to the controller with all its retries. Default 130000: servers give up on their own work after 120000. */
  readonly controllerMs: number
  /** A connection on which nothing has come for so long counts as lost. Default 180000. */
  readonly idleReadMs: number
  /** A connection on which nothing was sent for so long gets a keep-alive. Default 10000. */
  readonly keepAliveMs: number
  /** How long `close()` waits for work in flight. Default 30000. */
  readonly closeMs: number
}

/** What holds where no option says anything else. */
export const DEFAULT_TIMEOUTS: Timeouts = Object.freeze({
  connectMs: 5_000,
  requestMs: 30_000,
  controllerMs: 130_000,
  idleReadMs: 180_000,
  keepAliveMs: 10_000,
  closeMs: 30_000,
})
