import type { ServerView } from './server-view.ts'

/** What `/health` answers. */
export interface HealthReport {
  readonly status: 'ok' | 'unavailable'
  /** Why it is unavailable. */
  readonly reason?: string
  readonly storage: 'memory' | 'disk'
  readonly uptimeSeconds: number
}

/** Whether clients are served now. */
export function healthReport(view: ServerView, now: number): HealthReport {
  const condition = view.condition()
  const about = {
    storage: view.recovery === undefined ? 'memory' : 'disk',
    uptimeSeconds: Math.max(0, Math.round((now - view.startedAt) / 1000)),
  } as const
  if (condition.name === 'failed') {
    return { status: 'unavailable', reason: `the storage has failed: ${condition.reason}`, ...about }
  }
  if (!view.isServing()) return { status: 'unavailable', reason: 'the server is restarting or closing', ...about }
  return { status: 'ok', ...about }
}
