/** Milliseconds of a call that names none. */
export const CALL_TIMEOUT_MS = 120_000
