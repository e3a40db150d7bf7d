import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

const NS_PER_MS = 1_000_000
const BYTES_PER_MB = 1_000_000
const BYTES_PER_GB = 1_000_000_000
const RSS_SAMPLE_MS = 100

/** The figures of one run; the names are those of the printed line. */
export interface Figures {
  readonly mode: string
  readonly engine: string
  readonly segments: number
  readonly event_size: number
  readonly events: number
  readonly bytes: number
  readonly wall_s: number
  readonly events_per_s: number
  readonly MB_per_s: number
  readonly p50_ms: number
  readonly p95_ms: number
  readonly p99_ms: number
  readonly max_ms: number
  /** User and system time of this process, which holds the client and nothing else. */
  readonly cpu_s: number
  readonly cpu_s_per_GB: number
  readonly peak_rss_mb: number
  /** Resident memory at the end of each quarter of the run's time: flat means that nothing grows. */
  readonly rss_mb_quarters: readonly number[]
}

function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits))
}

/** Watches one run: latencies, CPU time and memory of this process. */
export class Measurement {
  readonly latency: RecordableHistogram = createHistogram()
  readonly #rss: number[] = []
  readonly #sampler: NodeJS.Timeout
  readonly #start: bigint = process.hrtime.bigint()
  readonly #cpu: NodeJS.CpuUsage = process.cpuUsage()

  constructor() {
    this.#sampler = setInterval(() => this.#rss.push(process.memoryUsage.rss()), RSS_SAMPLE_MS).unref()
  }

  /** Runs one operation and records how long it took. */
  async timed<T>(operation: () => Promise<T>): Promise<T> {
    const start = process.hrtime.bigint()
    const value = await operation()
    this.latency.record(Math.max(1, Number(process.hrtime.bigint() - start)))
    return value
  }

  finish(what: { mode: string; engine: string; segments: number; eventSize: number; events: number }): Figures {
    clearInterval(this.#sampler)
    const wall = Number(process.hrtime.bigint() - this.#start) / 1e9
    const cpu = process.cpuUsage(this.#cpu)
    const cpuSeconds = (cpu.user + cpu.system) / 1e6
    const bytes = what.events * what.eventSize
    this.#rss.push(process.memoryUsage.rss())
    const quarter = (n: number): number =>
      this.#rss[Math.min(this.#rss.length - 1, Math.floor((this.#rss.length * n) / 4))] ?? 0
    return {
      mode: what.mode,
      engine: what.engine,
      segments: what.segments,
      event_size: what.eventSize,
      events: what.events,
      bytes,
      wall_s: rounded(wall),
      events_per_s: rounded(what.events / wall, 1),
      MB_per_s: rounded(bytes / BYTES_PER_MB / wall, 1),
      p50_ms: rounded(this.latency.percentile(50) / NS_PER_MS),
      p95_ms: rounded(this.latency.percentile(95) / NS_PER_MS),
      p99_ms: rounded(this.latency.percentile(99) / NS_PER_MS),
      max_ms: rounded(this.latency.max / NS_PER_MS),
      cpu_s: rounded(cpuSeconds),
      cpu_s_per_GB: rounded(cpuSeconds / (bytes / BYTES_PER_GB)),
      peak_rss_mb: rounded(process.resourceUsage().maxRSS / 1024, 1),
      rss_mb_quarters: [1, 2, 3, 4].map(n => rounded(quarter(n) / 1_048_576, 1)),
    }
  }
}
