import { PravegaError } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import type { KeyedEvent } from '../../src/index.ts'
import { turn, until } from './support/model-store.ts'
import { code, LOW, setUp } from './support/writers.ts'

function* numbers(count: number, onEnd: () => void = () => {}): Generator<KeyedEvent<string>> {
  try {
    for (let n = 0; n < count; n++) yield { event: `${n}`, routingKey: LOW }
  } finally {
    onEnd()
  }
}

async function* later(events: Iterable<KeyedEvent<string>>): AsyncGenerator<KeyedEvent<string>> {
  for (const event of events) {
    await turn()
    yield event
  }
}

const texts = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `${n}`)

describe('writeAll', () => {
  it('writes what an iterable gives, of either kind, and counts', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 100 })
    expect(await writer.writeAll(numbers(50))).toBe(50)
    expect(await writer.writeAll(later(numbers(20)))).toBe(20)
    expect(await writer.writeAll([])).toBe(0)
    expect(store.payloads).toEqual([...texts(50), ...texts(20)])
  })

  it('asks for no more while there is no room, and resolves when all is durable', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 30 })
    store.held = true
    let asked = 0
    function* counted(): Generator<KeyedEvent<string>> {
      for (const event of numbers(10)) {
        asked += 1
        yield event
      }
    }
    let done = false
    const writing = writer.writeAll(counted()).then(count => {
      done = true
      return count
    })
    await turn(3)
    expect(asked).toBe(4)
    while (asked < 10) {
      store.step()
      await turn()
    }
    await turn(3)
    expect(done).toBe(false)
    store.release()
    expect(await writing).toBe(10)
  })

  it('takes leave of the iterable when it is aborted, even while that gives nothing', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 30 })
    let left = 0
    const abort = new AbortController()
    const silent = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<KeyedEvent<string>>>(() => {}),
        return: async () => {
          left += 1
          return { done: true as const, value: undefined }
        },
      }),
    }
    const waiting = writer.writeAll(silent, { signal: abort.signal })
    store.held = true
    const full = writer.writeAll(
      numbers(10, () => {
        left += 1
      }),
      { signal: abort.signal },
    )
    await turn()
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', details: { events: 0 } })
    await expect(full).rejects.toMatchObject({ code: 'ABORTED', details: { events: 4 } })
    expect(left).toBe(2)
    store.release()
    await writer.flush()
    expect(store.payloads).toEqual(texts(4))
  })

  it('stops at an event that is refused, and leaves the iterable', async () => {
    const { store, writer } = await setUp(1, { largeEvents: 'refuse' })
    let left = false
    function* events(): Generator<KeyedEvent<string>> {
      try {
        yield { event: 'a' }
        yield { event: 'x'.repeat(9 * 1024 * 1024) }
        yield { event: 'b' }
      } finally {
        left = true
      }
    }
    await expect(writer.writeAll(events())).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE', details: { events: 1 } })
    expect(left).toBe(true)
    await writer.flush()
    expect(store.payloads).toEqual(['a'])
  })

  it('passes on what the iterable throws', async () => {
    const { writer } = await setUp()
    const fault = new Error('no more')
    async function* events(): AsyncGenerator<KeyedEvent<string>> {
      yield { event: 'a' }
      throw fault
    }
    await expect(writer.writeAll(events())).rejects.toBe(fault)
    await writer.flush()
  })

  it('fails with what ends the writer', async () => {
    const { store, writer } = await setUp(1, { maxInFlightBytes: 30 })
    store.held = true
    const writing = writer.writeAll(numbers(100))
    const finishing = writer.writeAll(numbers(0))
    await until(() => store.waitingBlocks > 0, 'a block')
    store.writers[0]?.end(new PravegaError('TOKEN_REFUSED', 'not you'))
    await expect(writing).rejects.toMatchObject({ code: 'TOKEN_REFUSED', details: { events: 4 } })
    await expect(finishing).rejects.toEqual(code('TOKEN_REFUSED'))
    await expect(writer.writeAll(numbers(1))).rejects.toEqual(code('TOKEN_REFUSED'))
  })
})
