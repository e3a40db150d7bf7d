import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventWriter } from '../../src/index.ts'
import { setUp } from './support/writers.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What leaves a block that uses a writer, and after how many milliseconds. */
async function leaving(
  writer: EventWriter<string>,
  work: (writer: EventWriter<string>) => Promise<void>,
): Promise<{ readonly error: unknown; readonly tookMs: number }> {
  const start = performance.now()
  const block = async (): Promise<void> => {
    await using used = writer
    await work(used)
  }
  let isOver = false
  const left = block()
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .finally(() => {
      isOver = true
    })
  while (!isOver) await vi.advanceTimersByTimeAsync(10)
  return { error: await left, tookMs: performance.now() - start }
}

const flush = async (writer: EventWriter<string>): Promise<void> => {
  void writer.writeEvent('x')
  await writer.flush({ timeoutMs: 50 })
}

describe('the end of a block that uses an event writer', () => {
  it('does not hide the failure of a flush, nor waits long for what is in flight', async () => {
    const { store, writer } = await setUp()
    store.held = true
    const { error, tookMs } = await leaving(writer, flush)
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { timeoutMs: 50 } })
    expect(tookMs).toBeLessThan(2_000)
  })

  it('keeps what is acknowledged within a moment after such a failure', async () => {
    const { store, writer } = await setUp()
    store.held = true
    const { error } = await leaving(writer, async used => {
      setTimeout(() => store.release(), 500)
      await flush(used)
    })
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(store.payloads).toEqual(['x'])
  })

  it('waits as long as may be, and tells, where the last call has not failed', async () => {
    const { store, writer } = await setUp()
    store.held = true
    const { error, tookMs } = await leaving(writer, async used => {
      await flush(used).catch(() => {})
      store.step()
      await used.flush()
      void used.writeEvent('y')
    })
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(tookMs).toBeGreaterThan(29_000)
  })
})
