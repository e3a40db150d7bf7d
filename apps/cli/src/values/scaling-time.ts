import { parseDuration } from './quantities.ts'
import { refuse } from './refuse.ts'

/** What the server takes at least. */
const LEAST_MS = 10

/** Milliseconds that auto-scaling waits for something: `1s`, `10m`. */
export function parseScalingTime(text: string): number {
  const ms = parseDuration(text)
  if (ms < LEAST_MS) throw refuse(`the times of auto-scaling are at least ${LEAST_MS}ms`)
  return ms
}
