import type { ScopedStream } from '@pravega-ts/model'

/** What all parts of a crash run share. */
export interface CrashScene {
  readonly controllerUri: string
  readonly scope: string
  /** The stream of all events. */
  readonly stream: ScopedStream
  readonly random: () => number
  /** Tells of trouble that is no fault yet. */
  readonly tell: (line: string) => void
}

/** One kind of load, with its own clients. Its faults are texts, for whoever started the run. */
export interface CrashPart extends AsyncDisposable {
  /** Works until {@link CrashPart.settle}. */
  begin(): Promise<void>
  /** The server was killed; clients that are to die with it die here. */
  crash(): Promise<void>
  /** Ends the work. Resolves when everything that was under way has an outcome. */
  settle(): Promise<void>
}

/** How long anything may take until it has an outcome, while the server is up. */
export const PATIENCE_MS = 60_000

/** Clients look again at once when the server is back. */
export const RETRY = { attempts: 200, initialDelayMs: 10, maxDelayMs: 100 } as const

/** A whole number from `least` to `most`, both included. */
export function between(random: () => number, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}
