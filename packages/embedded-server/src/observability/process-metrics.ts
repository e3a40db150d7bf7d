import { readdir } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import type { Described } from './metric-registry.ts'

const MICROSECONDS = 1e6

/**
 * The process that the server runs in, under the names that prom-client gives them. Its own collection keeps a timer running for the lag of
 * the event loop; here the lag is measured when somebody asks.
 */
export function processMetrics(): Described[] {
  const gauge = (name: string, help: string, read: () => number): Described => {
    return { name, help, type: 'gauge', read: () => [{ value: read() }] }
  }
  return [
    {
      name: 'process_cpu_user_seconds_total',
      help: 'CPU time of the process in user mode, in seconds.',
      type: 'counter',
      read: () => [{ value: process.cpuUsage().user / MICROSECONDS }],
    },
    {
      name: 'process_cpu_system_seconds_total',
      help: 'CPU time of the process in system mode, in seconds.',
      type: 'counter',
      read: () => [{ value: process.cpuUsage().system / MICROSECONDS }],
    },
    gauge('process_start_time_seconds', 'Unix time at which the process started, in seconds.', () => {
      return performance.timeOrigin / 1000
    }),
    gauge('process_resident_memory_bytes', 'Memory of the process that is in use, in bytes.', process.memoryUsage.rss),
    {
      name: 'process_open_fds',
      help: 'Open file descriptors of the process; only where the system has /proc.',
      type: 'gauge',
      read: openFiles,
    },
    gauge('nodejs_heap_size_used_bytes', 'Used part of the heap, in bytes.', () => process.memoryUsage().heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'Size of the heap, in bytes.', () => process.memoryUsage().heapTotal),
    gauge('nodejs_external_memory_bytes', 'Memory outside of the heap that it holds, in bytes.', () => {
      return process.memoryUsage().external
    }),
    {
      name: 'nodejs_eventloop_lag_seconds',
      help: 'Lag of the event loop at the time of the scrape, in seconds.',
      type: 'gauge',
      read: lag,
    },
    gauge(
      'nodejs_eventloop_utilization',
      'Share of its time that the event loop has been busy, since the start.',
      () => {
        return performance.eventLoopUtilization().utilization
      },
    ),
  ]
}

async function openFiles(): Promise<{ value: number }[]> {
  if (process.platform !== 'linux') return []
  try {
    // The directory itself is open while it is read.
    return [{ value: (await readdir('/proc/self/fd')).length - 1 }]
  } catch {
    return []
  }
}

async function lag(): Promise<{ value: number }[]> {
  const begun = performance.now()
  await new Promise(resolve => setImmediate(resolve))
  return [{ value: (performance.now() - begun) / 1000 }]
}
