import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const entry = fileURLToPath(new URL('../dist/index.js', import.meta.url))
const bench = (...args: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [entry, ...args])

it.each(['bytewrite', 'byteread', 'bytecopy'])('%s prints one JSON line that accounts for every byte', async mode => {
  const { stdout } = await bench('--mode', mode, '--segments', '2', '--event-size', '1000', '--events', '7')
  const figures = JSON.parse(stdout)
  expect(figures).toMatchObject({ mode, engine: 'embedded', segments: 2, event_size: 1000, events: 7, bytes: 7000 })
  for (const name of ['wall_s', 'events_per_s', 'MB_per_s', 'cpu_s', 'peak_rss_mb'])
    expect(figures[name]).toBeGreaterThan(0)
  expect(figures.rss_mb_quarters).toHaveLength(4)
})

it('refuses a number that is none, with the value and the rule', async () => {
  const failure = await bench('--mode', 'bytewrite', '--events', 'many').catch(error => error)
  expect(failure.code).toBe(2)
  expect(failure.stderr).toContain('many')
})
