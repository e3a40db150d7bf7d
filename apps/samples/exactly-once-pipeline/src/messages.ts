import type { Found } from './take-over.ts'
import type { Stage } from './work.ts'

/** What a worker's process tells the process that has started it. */
export type Message =
  | { readonly kind: 'joined'; readonly found: Found }
  | { readonly kind: 'reached'; readonly stage: Stage }

/** How a worker's process ends whose place another one has taken. */
export const SUPERSEDED_EXIT_CODE = 75

/** What asks a worker's process to finish its batch and end. */
export const STOP = 'stop'
