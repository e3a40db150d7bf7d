/** What every call that waits takes as its last argument. */
export interface CallOptions {
  /** Ends the call with `ABORTED`. What was already sent to a server may still take effect there. */
  signal?: AbortSignal | undefined
  /** Milliseconds that the whole call may take, retries included; then it fails with `DEADLINE_EXCEEDED`. Each layer has its own default. */
  timeoutMs?: number | undefined
}

/** How to close what holds work in flight. */
export interface CloseOptions {
  /** `true`: do not wait for work in flight; it fails with `CLOSED`. Default `false`: wait for it. */
  force?: boolean | undefined
}
