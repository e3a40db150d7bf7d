/**
 * The lines that tell what happened to what is kept, by whoever asked for it. Their fields: `what` it happened to, `user` where there are
 * accounts, `peer`, and `durationMs`.
 */
export const CHANGE_LINES: Readonly<Record<string, string>> = {
  createScope: 'scope created',
  deleteScope: 'scope deleted',
  deleteScopeRecursive: 'scope deleted, with all that was in it',
  createStream: 'stream created',
  updateStream: 'stream changed',
  truncateStream: 'stream truncated',
  sealStream: 'stream sealed',
  deleteStream: 'stream deleted',
  scale: 'stream is being scaled',
  createReaderGroup: 'reader group created',
  updateReaderGroup: 'reader group changed',
  deleteReaderGroup: 'reader group deleted',
  createKeyValueTable: 'key-value table created',
  deleteKeyValueTable: 'key-value table deleted',
}

/** What nobody asked for by a call. */
export const LOG_LINES = {
  started: 'server started',
  restarted: 'server restarted',
  killed: 'server killed',
  stopped: 'server stopped',
  scaledByRates: 'stream was scaled by its rates',
  notScaledByRates: 'stream cannot be scaled as its rates ask for',
  leaseOver: 'transaction is being aborted: its lease is over',
  call: 'controller call',
  command: 'segment store command',
  noCredentials: 'call refused: no credentials',
  wrongCredentials: 'call refused: wrong credentials',
  unreadableCredentials: 'call refused: credentials that cannot be read',
  tooManyChecks: 'call refused: too many passwords are being checked',
  noPermission: 'call refused: no permission',
  tokenRefused: 'request refused',
} as const
