import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { openStateSynchronizer, type StateSynchronizer } from '../../src/index.ts'
import { type ModelSegment, ModelStore } from '../support/model-store.ts'
import { type Texts, textModel } from '../support/text-model.ts'

const stream = new ScopedStream('s', 'state')

function event(hex: string): Buffer {
  const payload = Buffer.from(hex, 'hex')
  const header = Buffer.alloc(8)
  header.writeInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}
const updates = (...texts: string[]): Buffer =>
  event(`00000002${texts.map(text => `0000000${text.length}${Buffer.from(text).toString('hex')}`).join('')}`)
const fullState = (json: string): Buffer => event(`00000001${Buffer.from(json).toString('hex')}`)

async function open(...records: Buffer[]): Promise<[ModelSegment, StateSynchronizer<Texts, Texts, string>]> {
  const store = new ModelStore()
  const segment = store.createStream(stream)
  for (const record of records) segment.append(record)
  return [segment, await openStateSynchronizer(store.client(), stream, textModel)]
}

describe('a log that others have written', () => {
  it('may have zero bytes behind a full state', async () => {
    const [, state] = await open(event(`00000001${Buffer.from('["x"]').toString('hex')}000000000000`), updates('y'))
    expect(await state.fetchUpdates()).toEqual(['x', 'y'])
  })

  it('may begin with updates that belong to no full state', async () => {
    const [, state] = await open(updates('lost'), fullState('["x"]'), updates('y'))
    expect(await state.fetchUpdates()).toEqual(['x', 'y'])
    expect(state.bytesSinceCompaction).toBe(BigInt(fullState('["x"]').length + updates('y').length))
  })

  it('is initialized behind updates when there is no full state', async () => {
    const [, state] = await open(updates('lost'))
    expect(await state.fetchUpdates()).toBeUndefined()
    expect(await state.initialize(['x'])).toBe(true)
    expect(await state.fetchUpdates()).toEqual(['x'])
  })

  it('may have a mark with no full state behind it', async () => {
    const [segment, state] = await open(fullState('["x"]'), updates('y'))
    const mark = BigInt(fullState('["x"]').length)
    segment.attributes.set('7df9a874-246c-c9d6-9397-cdd19ead68c5', mark)
    expect(await state.fetchUpdates()).toEqual(['x', 'y'])
  })

  it('may have lost what a member was to read next, with the full state behind it', async () => {
    const [segment, state] = await open(fullState('["x"]'))
    await state.fetchUpdates()
    segment.append(updates('unseen'))
    segment.start = segment.bytes.length
    segment.append(updates('z'))
    expect(await state.fetchUpdates()).toBeUndefined()
    expect(state.bytesSinceCompaction).toBe(0n)
    segment.append(fullState('["y"]'))
    expect(await state.fetchUpdates()).toEqual(['y'])
  })

  it('may have an update record without updates', async () => {
    const [, state] = await open(fullState('[]'), updates(), updates('y'))
    expect(await state.fetchUpdates()).toEqual(['y'])
    expect(state.revision?.index).toBe(0)
  })

  it.each([
    ['an update that does not fit', updates('y', 'x'), 1, 'x is there already'],
    ['an unknown kind', event('00000003'), 0, 'kind 3'],
    ['no kind', event('0000'), 0, 'kind none'],
    ['an update that is cut off', event('000000020000000979'), 0, 'length 9'],
    ['a length that is cut off', event('00000002000000'), 0, '3 bytes are left'],
    ['a negative length', event('00000002ffffffff'), 0, 'length -1'],
    ['a full state that cannot be decoded', fullState('{{{'), 0, 'JSON'],
  ])('with %s stops before it, and names the revision', async (_, record, index, why) => {
    const [segment, state] = await open(fullState('["x"]'), updates('a'), record, updates('b'))
    const good = fullState('["x"]').length + updates('a').length
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await state.fetchUpdates().catch(PravegaError.from)
      expect(error).toMatchObject({
        code: 'CORRUPT_STATE',
        message: expect.stringContaining(why),
        details: { revision: `s/state/0.#epoch.0:${good + record.length}:${index}` },
      })
      expect((error as PravegaError).cause).toBeDefined()
      expect(state.state).toEqual(['x', 'a'])
      expect(state.revision?.offset).toBe(BigInt(good))
    }
    segment.append(fullState('["healed"]'))
    segment.append(updates('c'))
    expect(await state.fetchUpdates()).toEqual(['healed', 'c'])
  })

  it('with something that is no record is not read', async () => {
    const [segment, state] = await open(fullState('["x"]'), updates('a'))
    const { length } = segment.bytes
    segment.append(Buffer.alloc(8, 0xff))
    expect(await state.fetchUpdates().catch(PravegaError.from)).toMatchObject({
      code: 'CORRUPT_STATE',
      details: { offset: BigInt(length) },
    })
    expect(state.state).toEqual(['x', 'a'])
  })
})
