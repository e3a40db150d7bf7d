import type { Turn } from './turn.ts'

/** Measures what lies between opening the writer or reader and closing it. */
export function startWatch(): () => Pick<Turn, 'wall_s' | 'cpu_s'> {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  return () => {
    const wall = Number(process.hrtime.bigint() - start) / 1e9
    const { user, system } = process.cpuUsage(cpu)
    return { wall_s: wall, cpu_s: (user + system) / 1e6 }
  }
}
