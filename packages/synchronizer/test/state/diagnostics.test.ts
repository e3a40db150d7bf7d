import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { DIAGNOSTICS, openStateSynchronizer } from '../../src/index.ts'
import { ModelStore } from '../support/model-store.ts'
import { textModel } from '../support/text-model.ts'

const stream = new ScopedStream('s', 'state')

async function published(channel: string, work: () => Promise<unknown>): Promise<unknown[]> {
  const messages: unknown[] = []
  const keep = (message: unknown): void => {
    messages.push(message)
  }
  subscribe(channel, keep)
  try {
    await work()
  } finally {
    unsubscribe(channel, keep)
  }
  return messages
}

describe('who listens', () => {
  it('hears of conflicts, and of the pauses that they lead to', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const a = await openStateSynchronizer(store.client(), stream, textModel)
    const client = store.client()
    const b = await openStateSynchronizer(client, stream, textModel)
    await a.initialize([])
    await b.fetchUpdates()
    let count = 0
    client.before = async name => {
      if (name !== 'appendIf' || count === 5) return
      count += 1
      await a.updateUnconditionally([`faster ${count}`])
    }
    const messages = await published(DIAGNOSTICS.conflict, () =>
      b.updateState(() => ({ updates: ['x'], result: undefined })),
    )
    const segment = 's/state/0.#epoch.0'
    expect(messages).toHaveLength(5)
    expect(messages[0]).toEqual({ segment, offset: 14n, attempt: 1, delayMs: 0 })
    expect(messages[4]).toMatchObject({ segment, attempt: 5, delayMs: expect.any(Number) })
    expect(b.state).toHaveLength(6)
  })

  it('hears of members that have to begin again', async () => {
    const store = new ModelStore()
    store.createStream(stream)
    const a = await openStateSynchronizer(store.client(), stream, textModel)
    const slow = await openStateSynchronizer(store.client(), stream, textModel)
    await a.initialize([])
    await slow.fetchUpdates()
    for (const text of ['x', 'y', 'z']) {
      await a.updateState(() => ({ updates: [text], result: undefined }))
      await a.compact(state => state)
    }
    const messages = await published(DIAGNOSTICS.reload, () => slow.fetchUpdates())
    expect(messages).toMatchObject([
      { segment: 's/state/0.#epoch.0', attempt: 1, cause: { code: 'SEGMENT_TRUNCATED' } },
    ])
  })
})
