import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Progress } from '../src/report.ts'

function output(isTTY: boolean, columns: number): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns }) as unknown as NodeJS.WriteStream
  return { stream, text: () => String(stream.read() ?? '') }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('draws a bar on one line of a terminal, and takes it away', () => {
  const { stream, text } = output(true, 60)
  let done = 0
  {
    using progress = new Progress('events read', 4, () => done, stream)
    done = 2
    vi.advanceTimersByTime(100)
    expect(text()).toBe(`\r  events read${' '.repeat(24)}${'█'.repeat(12)}${'░'.repeat(10)}\x1b[K`)
    progress.say('half of it')
    expect(text().startsWith('\r\x1b[K\r  events read')).toBe(true)
    expect(console.log).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/after 2 of 4 +half of it$/))
  }
  expect(text()).toBe('\r\x1b[K')
  vi.advanceTimersByTime(1_000)
  expect(text()).toBe('')
})

it('draws nothing elsewhere, and tells what happens all the same', () => {
  const { stream, text } = output(false, 60)
  {
    using progress = new Progress('events read', 0, () => 0, stream)
    progress.say('nothing')
    vi.advanceTimersByTime(1_000)
  }
  expect(text()).toBe('')
  expect(console.log).toHaveBeenCalledTimes(1)
})
