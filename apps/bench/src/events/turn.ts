/** What a client does in one turn, in words separated by spaces: all programs of the benchmark understand the same lines. */
export type Task =
  | {
      readonly kind: 'write'
      readonly stream: string
      readonly events: number
      readonly eventSize: number
      readonly keys: number
    }
  /** The group is made for the turn. */
  | { readonly kind: 'read'; readonly stream: string; readonly events: number; readonly group: string }
  | { readonly kind: 'latency'; readonly stream: string; readonly events: number; readonly eventSize: number }
  /** Each transaction is begun, filled, committed, and over when its events can be read. */
  | {
      readonly kind: 'txn'
      readonly stream: string
      readonly transactions: number
      readonly eventsEach: number
      readonly eventSize: number
      readonly inFlight: number
    }

/** What a client says about one turn. */
export interface Turn {
  readonly wall_s: number
  /** User and system time of the client's process within the turn. */
  readonly cpu_s: number
  /** Of one event until it was acknowledged, of one transaction until its events could be read; 0 in other modes. */
  readonly p50_ms: number
  readonly p99_ms: number
}

/** @param way - A fourth word for clients that read in several ways. */
export function taskLine(task: Task, way?: string): string {
  const words = ((): readonly (string | number)[] => {
    switch (task.kind) {
      case 'write':
        return [task.stream, task.events, task.eventSize, task.keys]
      case 'read':
        return [task.stream, task.events, task.group]
      case 'latency':
        return [task.stream, task.events, task.eventSize]
      case 'txn':
        return [task.stream, task.transactions, task.eventsEach, task.eventSize, task.inFlight]
    }
  })()
  return [task.kind, ...words, ...(way === undefined ? [] : [way])].join(' ')
}
