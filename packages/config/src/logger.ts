/** Where log lines go. Lines never hold secrets. Any logger with these six methods fits. */
export interface Logger {
  /** Each step, for tracing down a fault. */
  trace(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** What a developer of the layer wants to know. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** What an operator may want to know. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Something is wrong, but was dealt with. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Something failed that somebody should look at. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Nothing works any more. */
  fatal(message: string, fields?: Readonly<Record<string, unknown>>): void
}

function drop(): void {}

/** The default: says nothing. */
export const silentLogger: Logger = Object.freeze({
  trace: drop,
  debug: drop,
  info: drop,
  warn: drop,
  error: drop,
  fatal: drop,
})
