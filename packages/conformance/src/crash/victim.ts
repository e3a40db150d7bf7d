/** The server that a crash run kills: always the same data, always the same ports. */
export interface Victim extends AsyncDisposable {
  /** Valid from the first start on. */
  readonly controllerUri: string
  /** Resolves when it is ready, with what it says about its recovery. */
  start(): Promise<string>
  /** Starts it and kills it so many milliseconds later, ready or not. */
  startAndKill(afterMs: number): Promise<void>
  /** At once, without goodbye. */
  kill(): Promise<void>
}
