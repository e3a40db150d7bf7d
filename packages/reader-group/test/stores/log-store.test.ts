import { ScopedStream } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { ModelStore } from '../../../synchronizer/test/support/model-store.ts'
import { logStore } from '../../src/index.ts'
import { initial, segment } from './states.ts'
import { describeStore } from './store-behaviour.ts'

const LOG = new ScopedStream('shop', '_RGgroup')

describeStore('logStore', () => {
  const model = new ModelStore()
  const log = model.createStream(LOG)
  let waiting: (() => Promise<void>) | undefined
  return {
    member() {
      const client = model.client()
      client.before = async request => {
        if (request !== 'appendIf' || waiting === undefined) return
        const meanwhile = waiting
        waiting = undefined
        await meanwhile()
      }
      return logStore(client, LOG)
    },
    interfere(meanwhile) {
      waiting = meanwhile
    },
    async delete() {
      log.deleted = true
    },
  }
})

it('does not connect before the first call, and says so when the group does not exist', async () => {
  const client = new ModelStore().client()
  const member = logStore(client, LOG)
  expect(client.requests).toEqual([])
  await expect(member.refresh()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
  await member.close()
})

it('asks for one small thing when it looks and nothing has changed', async () => {
  const model = new ModelStore()
  model.createStream(LOG)
  const client = model.client()
  const member = logStore(client, LOG)
  await member.initialize(initial())
  await member.refresh()
  client.takeRequests()
  await member.refresh()
  expect(client.takeRequests()).toHaveLength(1)
})

it('compacts above 512 KiB, as chance has it; who comes later reads what is left', async () => {
  const model = new ModelStore()
  const log = model.createStream(LOG)
  let chance = 0.01
  const member = logStore(model.client(), LOG, { random: () => chance })
  await member.initialize(initial())
  await member.transact(() => ({ updates: [{ type: 'createCheckpoint', checkpoint: 'cp' }], result: undefined }))
  expect(await member.compact()).toBe(false)

  await member.transact(() => ({ updates: [{ type: 'addReader', reader: 'r1' }], result: undefined }))
  await member.transact(() => ({
    updates: [
      { type: 'acquireSegment', reader: 'r1', segment: segment(0) },
      { type: 'createCheckpoint', checkpoint: 'last' },
      { type: 'checkpointReader', checkpoint: 'last', reader: 'r1', positions: new Map([[segment(0), 7n]]) },
    ],
    result: undefined,
  }))
  const padding = 'x'.repeat(60_000)
  for (let n = 0; n < 10; n++) await member.append({ type: 'clearCheckpointsBefore', checkpoint: padding })
  const before = await member.refresh()
  chance = 0.05
  expect(await member.compact()).toBe(false)
  chance = 0.049
  expect(await member.compact()).toBe(true)
  expect(await member.compact()).toBe(false)

  const late = logStore(model.client(), LOG)
  expect(await late.refresh()).toEqual(before)
  expect(log.mark).toBeGreaterThan(600_000n)
})
