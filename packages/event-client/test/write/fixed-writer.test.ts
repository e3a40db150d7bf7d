import { PravegaError } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { openFixedEventWriter, utf8Serializer } from '../../src/index.ts'
import { ModelStore, turn } from './support/model-store.ts'
import { code, HIGH, LOW } from './support/writers.ts'

describe('a writer of fixed segments', () => {
  it('writes by key, as one of a stream does', async () => {
    const store = new ModelStore(2)
    const writer = openFixedEventWriter(store, store.current, { serializer: utf8Serializer })
    void writer.writeEvent('a', { routingKey: LOW })
    void writer.writeEvent('b', { routingKey: HIGH })
    await writer.close()
    expect([store.segment(0).payloads, store.segment(1).payloads]).toEqual([['a'], ['b']])
    expect(store.calls).toEqual([])
  })

  it('ends with what its segment says, and asks for no successors', async () => {
    const store = new ModelStore()
    const writer = openFixedEventWriter(store, store.current, { serializer: utf8Serializer, what: 'transaction 7' })
    store.segment(0).deleted = true
    await expect(writer.writeEvent('a')).rejects.toEqual(code('NO_SUCH_SEGMENT'))
    await expect(writer.flush()).rejects.toEqual(code('NO_SUCH_SEGMENT'))
    await writer.close()
    await expect(writer.ready()).rejects.toEqual(code('NO_SUCH_SEGMENT'))
    expect(store.calls).toEqual([])
    const other = openFixedEventWriter(store, store.current, { what: 'transaction 8' })
    await other.close()
    await expect(other.flush()).rejects.toThrow('Transaction 8 is closed')
  })

  it('is told so for a large event too', async () => {
    const store = new ModelStore()
    const writer = openFixedEventWriter(store, store.current)
    store.failures.push(['merge', new PravegaError('SEGMENT_SEALED', 'committed')])
    await expect(writer.writeEvent(Buffer.alloc(9_000_000))).rejects.toEqual(code('SEGMENT_SEALED'))
    await turn()
    expect(store.all).toHaveLength(1)
  })

  it('needs segments that cover the key space', () => {
    const store = new ModelStore(2)
    expect(() => openFixedEventWriter(store, [])).toThrow(/without segments/)
    expect(() => openFixedEventWriter(store, store.current.slice(1))).toThrow(/no range covers/)
  })
})
