/** Where log lines go. Lines never hold secrets. Any logger with these six methods fits. */
export interface Logger {
  trace(message: string, fields?: Readonly<Record<string, unknown>>): void
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
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
