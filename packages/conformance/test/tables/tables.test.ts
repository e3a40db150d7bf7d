import { PravegaError } from '@pravega-ts/model'
import { bytesCodec, cborCodec, deleteTable, jsonCodec, openTable, utf8Codec } from '@pravega-ts/synchronizer'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { TableScene } from './table-scene.ts'

const TEXTS = { key: utf8Codec, value: utf8Codec }

describeEngines('tables', engine => {
  it('put, get and remove values, on conditions too', async () => {
    await using scene = new TableScene(engine)
    const at = scene.newTable()
    await using table = await openTable(scene.client(), at, { key: utf8Codec, value: jsonCodec<{ price: number }>() })
    const first = await table.putIfAbsent('apple', { price: 1 })
    expect(first).toBe(0n)
    expect(await table.putIfAbsent('apple', { price: 2 })).toBeUndefined()
    expect(await table.putIfVersion('apple', { price: 2 }, 5n)).toBeUndefined()
    expect(await table.putIfVersion('pear', { price: 2 }, 5n)).toBeUndefined()
    const second = await table.putIfVersion('apple', { price: 2 }, 0n)
    expect(await table.get('apple')).toEqual({ value: { price: 2 }, version: second })

    await using other = await openTable(scene.client(), at, { key: utf8Codec, value: jsonCodec<{ price: number }>() })
    expect(await other.getMany(['none', 'apple'])).toEqual([undefined, { value: { price: 2 }, version: second }])
    expect(await other.removeIfVersion('apple', 0n)).toBe(false)
    expect(await other.removeIfVersion('apple', second as bigint)).toBe(true)
    expect(await table.get('apple')).toBeUndefined()
    await table.remove('apple')
    expect(await table.putIfAbsent('apple', { price: 3 })).toBeGreaterThan(second as bigint)
  })

  it('change many or none', async () => {
    await using scene = new TableScene(engine)
    await using table = await openTable(scene.client(), scene.newTable(), TEXTS)
    const put = await table.putMany([
      { key: 'a', value: '1' },
      { key: 'b', value: '1', version: 'absent' },
    ])
    expect(put).toEqual([0n, 19n])
    const refused = await table.putMany([
      { key: 'a', value: '2' },
      { key: 'b', value: '2', version: 'absent' },
    ])
    expect(refused).toBeUndefined()
    expect((await table.get('a'))?.value).toBe('1')
    expect(await table.removeMany([{ key: 'a' }, { key: 'b', version: 0n }])).toBe(false)
    expect(await table.removeMany([{ key: 'a' }, { key: 'b', version: 19n }])).toBe(true)
    expect(await table.getMany(['a', 'b'])).toEqual([undefined, undefined])
  })

  it('iterate over thousands of entries, in pages of any size', async () => {
    await using scene = new TableScene(engine)
    await using table = await openTable(scene.client(), scene.newTable(), {
      key: cborCodec<number>(),
      value: bytesCodec,
    })
    const value = new Uint8Array(500)
    const numbers = Array.from({ length: 6000 }, (_, n) => n)
    for (let n = 0; n < numbers.length; n += 1000) {
      await table.putMany(numbers.slice(n, n + 1000).map(key => ({ key, value })))
    }
    for (const pageSize of [250, 10_000]) {
      const keys: number[] = []
      for await (const entry of table.entries({ pageSize })) {
        keys.push(entry.key)
        expect(entry.value).toHaveLength(500)
      }
      expect(keys.sort((a, b) => a - b)).toEqual(numbers)
    }
    let count = 0
    for await (const { key } of table.keys()) {
      if (key < 0) throw new Error('there is no such key')
      if (++count === 150) break
    }
    expect(count).toBe(150)
  })

  it('take the longest keys and entries, and refuse longer ones before they are sent', async () => {
    await using scene = new TableScene(engine)
    await using table = await openTable(scene.client(), scene.newTable(), { key: utf8Codec, value: bytesCodec })
    const longest = 'k'.repeat(8192)
    await table.put(longest, new Uint8Array(1024 * 1024 - 17 - 8192 - 1))
    await table.put('empty', new Uint8Array(0))
    expect((await table.get(longest))?.value).toHaveLength(1_040_366)
    expect((await table.get('empty'))?.value).toHaveLength(0)
    const refused = { code: 'INVALID_ARGUMENT' }
    await expect(table.put(`${longest}k`, new Uint8Array(0))).rejects.toMatchObject(refused)
    await expect(table.put('', new Uint8Array(0))).rejects.toMatchObject(refused)
    await expect(table.put('k', new Uint8Array(1024 * 1024))).rejects.toMatchObject(refused)
  })

  it('are deleted with all that is in them', async () => {
    await using scene = new TableScene(engine)
    const store = scene.client()
    const at = scene.newTable()
    await using table = await openTable(store, at, TEXTS)
    await table.put('a', '1')
    expect(await deleteTable(store, at)).toBe(true)
    expect(await deleteTable(store, at)).toBe(false)
    await expect(table.get('a')).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    // A real server needs more than a minute to forget a table; it must not look as if it had been made.
    const made = await openTable(store, at, TEXTS, { timeoutMs: 10_000 }).catch((error: unknown) => error)
    if (PravegaError.is(made)) expect(made.code).toBe('UNAVAILABLE')
    else expect(await table.get('a')).toBeUndefined()
    expect(PravegaError.is(made)).toBe(engine.name === 'pravega')
  })

  it('of one name are one table, and a stream is none', async () => {
    await using scene = new TableScene(engine)
    const at = scene.newTable()
    const codecs = { key: cborCodec<string>(), value: cborCodec<unknown>() }
    await using one = await openTable(scene.client(), at, codecs)
    await using two = await openTable(scene.client(), one.segment, { ...codecs, create: false })
    expect(String(two.segment)).toBe(`${at.scope}/${at.name}_kvtable/0.#epoch.0`)
    await one.put('x', { deep: [1n, 2n ** 63n] })
    expect((await two.get('x'))?.value).toEqual({ deep: [1, 2n ** 63n] })
    await using none = await openTable(scene.client(), await scene.newStream(), { ...codecs, create: false })
    await expect(none.get('x', { timeoutMs: 2000 })).rejects.toBeInstanceOf(PravegaError)
  })
})
