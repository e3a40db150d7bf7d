import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ClientFactory } from '@pravega-ts/client'
import { DataServer } from '../durable/data-server.ts'
import { ClientProgram } from '../events/client-program.ts'
import type { Task, Turn } from '../events/turn.ts'
import type { BenchOptions } from '../options.ts'
import { makeStreams } from '../streams.ts'

const STARTS = 5
/** What a process does right after its start is over after that part of the idle time. */
const SETTLING_PART = 0.3
const MS_PER_S = 1_000
const BYTES_PER_GB = 1_000_000_000

/** The embedded server on disk as a process: how soon it is ready, what it takes while nothing happens, and with much data. */
export async function serverBench(options: BenchOptions): Promise<void> {
  const directory = await mkdtemp(join(options.data ?? tmpdir(), 'pravega-bench-'))
  try {
    await empty(directory, options.idleSeconds)
    for (const gigabytes of options.gigabytes) await filled(directory, gigabytes, options)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function empty(directory: string, idleSeconds: number): Promise<void> {
  const readyMs: number[] = []
  for (let n = 0; n < STARTS; n++) {
    await using server = await DataServer.start({ data: { directory: join(directory, `empty-${n}`) } })
    readyMs.push(server.readyMs)
  }
  const sorted = readyMs.toSorted((a, b) => a - b)
  tell({ what: 'start, no data', best_ms: sorted[0], median_ms: sorted[Math.floor(STARTS / 2)], starts: STARTS })
  await using server = await DataServer.start({ data: { directory: join(directory, 'idle') } })
  await sleep(idleSeconds * SETTLING_PART * MS_PER_S)
  await server.figures()
  await sleep(idleSeconds * MS_PER_S)
  const { cpu_s, rss_mb } = await server.figures()
  tell({ what: 'idle', seconds: idleSeconds, cpu_ms: cpu_s * MS_PER_S, rss_mb })
}

async function filled(parent: string, gigabytes: number, { segments, eventSize, keys }: BenchOptions): Promise<void> {
  const directory = join(parent, `data-${gigabytes}`)
  const options = { data: { directory } }
  const events = Math.ceil((gigabytes * BYTES_PER_GB) / eventSize)
  let stream: string
  {
    const server = await DataServer.start(options)
    await using factory = await ClientFactory.create(server.controllerUri)
    stream = String((await makeStreams(factory, 1, segments))[0])
    const { wall_s } = await runTask(server, { kind: 'write', stream, events, eventSize, keys })
    const { peak_rss_mb } = await server.figures()
    tell({ what: `write ${gigabytes} GB`, MB_per_s: (gigabytes * 1000) / wall_s, peak_rss_mb })
    await server.kill()
  }
  await using server = await DataServer.start(options)
  const { rss_mb } = await server.figures()
  tell({ what: `start with ${gigabytes} GB after SIGKILL`, ms: server.readyMs, rss_mb })
  const { wall_s } = await runTask(server, { kind: 'read', stream, events, group: 'all' })
  const { peak_rss_mb, cpu_s } = await server.figures()
  tell({ what: `read ${gigabytes} GB`, MB_per_s: (gigabytes * 1000) / wall_s, peak_rss_mb, cpu_s })
  await rm(directory, { recursive: true, force: true })
}

async function runTask({ controllerUri }: DataServer, task: Task): Promise<Turn> {
  const entry = fileURLToPath(new URL('../events/our-program.js', import.meta.url))
  await using program = new ClientProgram('ours', process.execPath, [entry, controllerUri])
  return await program.run(task, task.kind === 'read' ? 'slices' : undefined)
}

function tell({ what, ...figures }: { readonly what: string } & Readonly<Record<string, unknown>>): void {
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Number(value.toFixed(1)) : value,
  ])
  console.log(JSON.stringify({ mode: 'server', what, ...Object.fromEntries(rounded) }))
}
