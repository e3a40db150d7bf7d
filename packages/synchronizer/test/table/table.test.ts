import { type PravegaError, ScopedSegment } from '@pravega-ts/model'
import { beforeEach, describe, expect, it } from 'vitest'
import { deleteTable, openTable } from '../../src/table/open-table.ts'
import type { Table } from '../../src/table/table.ts'
import { bytesCodec, cborCodec, jsonCodec, type TableCodec, utf8Codec } from '../../src/table/table-codec.ts'
import { ModelTable } from './model-table.ts'

let model: ModelTable
let table: Table<string, { n: number }>
beforeEach(async () => {
  model = new ModelTable()
  table = await openTable({ table: () => model }, model.segment, { key: utf8Codec, value: jsonCodec<{ n: number }>() })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('opening', () => {
  it('finds the table of a name where the Rust client has it', async () => {
    const asked: string[] = []
    const store = {
      table: (segment: ScopedSegment) => {
        asked.push(segment.toString())
        return model
      },
    }
    const codecs = { key: utf8Codec, value: utf8Codec }
    await openTable(store, { scope: 's', name: 'prices' }, codecs)
    await openTable(store, ScopedSegment.parse('s/x/3.#epoch.1'), codecs)
    expect(asked).toEqual(['s/prices_kvtable/0.#epoch.0', 's/x/3.#epoch.1'])
    await expect(openTable(store, { scope: 's', name: 'a/b' }, codecs)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  it('makes the table unless told not to; deleting says whether there was one', async () => {
    const store = { table: () => model }
    await expect(deleteTable(store, model.segment)).resolves.toBe(true)
    await expect(deleteTable(store, model.segment)).resolves.toBe(false)
    const codecs = { key: utf8Codec, value: utf8Codec }
    const missing = await openTable(store, model.segment, { ...codecs, create: false })
    await expect(missing.get('a')).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    const made = await openTable(store, model.segment, codecs)
    await expect(made.get('a')).resolves.toBeUndefined()
  })
})

describe('reading and changing', () => {
  it('puts and gets, with versions', async () => {
    const version = await table.put('a', { n: 1 })
    await expect(table.get('a')).resolves.toEqual({ value: { n: 1 }, version })
    await expect(table.getMany(['b', 'a'])).resolves.toEqual([undefined, { value: { n: 1 }, version }])
  })

  it('puts on conditions, and says when they did not hold', async () => {
    const first = (await table.putIfAbsent('a', { n: 1 })) as bigint
    await expect(table.putIfAbsent('a', { n: 2 })).resolves.toBeUndefined()
    await expect(table.putIfVersion('a', { n: 2 }, first + 1n)).resolves.toBeUndefined()
    await expect(table.putIfVersion('b', { n: 2 }, first)).resolves.toBeUndefined()
    const second = await table.putIfVersion('a', { n: 2 }, first)
    await expect(table.get('a')).resolves.toEqual({ value: { n: 2 }, version: second })
  })

  it('puts many or none', async () => {
    const a = await table.put('a', { n: 1 })
    const refused = await table.putMany([
      { key: 'b', value: { n: 2 } },
      { key: 'a', value: { n: 2 }, version: 'absent' },
    ])
    expect(refused).toBeUndefined()
    await expect(table.get('b')).resolves.toBeUndefined()
    const versions = await table.putMany([
      { key: 'b', value: { n: 2 } },
      { key: 'a', value: { n: 3 }, version: a },
    ])
    expect(versions).toHaveLength(2)
    await expect(table.get('a')).resolves.toEqual({ value: { n: 3 }, version: versions?.[1] })
    await expect(table.putMany([])).resolves.toEqual([])
  })

  it('removes, on conditions too', async () => {
    const version = await table.put('a', { n: 1 })
    await expect(table.removeIfVersion('a', version + 1n)).resolves.toBe(false)
    await expect(table.removeIfVersion('a', version)).resolves.toBe(true)
    await expect(table.removeIfVersion('a', version)).resolves.toBe(false)
    await table.remove('a')
    await table.putMany([
      { key: 'a', value: { n: 1 } },
      { key: 'b', value: { n: 1 } },
    ])
    await expect(table.removeMany([{ key: 'a' }, { key: 'b', version: 'absent' }])).resolves.toBe(false)
    await expect(table.removeMany([{ key: 'a' }, { key: 'b' }])).resolves.toBe(true)
    await expect(table.removeMany([])).resolves.toBe(true)
    expect((await table.info()).entryCount).toBe(0n)
  })

  it('iterates over everything', async () => {
    for (let n = 0; n < 10; n++) await table.put(`k${n}`, { n })
    const entries = await collect(table.entries({ pageSize: 3 }))
    expect(entries.map(({ key, value }) => [key, value.n]).sort()).toEqual(
      Array.from({ length: 10 }, (_, n) => [`k${n}`, n]),
    )
    const keys = await collect(table.keys())
    expect(keys.map(({ key }) => key).sort()).toEqual(entries.map(({ key }) => key).sort())
    for (const { key, version } of keys) expect((await table.get(key))?.version).toBe(version)
  })

  it('fails with other errors as they are, an unknown outcome among them', async () => {
    model.fate = () => 'made, answer lost'
    const lost = { code: 'CONNECTION_LOST', details: { outcome: 'unknown' } }
    await expect(table.putIfAbsent('a', { n: 1 })).rejects.toMatchObject(lost)
    await expect(table.removeIfVersion('a', 0n)).rejects.toMatchObject(lost)
  })

  it('ends its calls when it is closed', async () => {
    model.turn = () => new Promise(() => {})
    const asked = table.get('a')
    await table.close()
    await expect(asked).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(table.put('a', { n: 1 })).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('codecs', () => {
  it.each<[string, TableCodec<unknown>, unknown]>([
    ['bytes', bytesCodec as TableCodec<unknown>, Uint8Array.of(0, 255)],
    ['text', utf8Codec as TableCodec<unknown>, '\ufeffGrüße €'],
    ['JSON', jsonCodec(), { a: [1, null, 'x'] }],
    ['CBOR', cborCodec(), { b: 1, a: [2n ** 63n, null, Uint8Array.of(1)] }],
    ['CBOR with maps', cborCodec({ maps: true }), new Map([[new Map([['z', 1]]), new Map()]])],
  ])('give back what they were given: %s', (_, codec, value) => {
    expect(codec.decode(codec.encode(value))).toEqual(value)
  })

  it('keep the order of maps', () => {
    const text = Buffer.from(cborCodec().encode({ b: 1, a: 2 })).toString('hex')
    expect(text).toBe('a2616201616102')
  })

  it('refuse what they cannot write or read, naming the entry', async () => {
    const texts = await openTable({ table: () => model }, model.segment, { key: utf8Codec, value: utf8Codec })
    await expect(texts.put('\ud800', 'x')).rejects.toMatchObject({ code: 'SERIALIZATION_FAILED' })
    await expect(table.put('a', undefined as never)).rejects.toMatchObject({ code: 'SERIALIZATION_FAILED' })
    await texts.put('a', 'no JSON')
    const failed = await table.get('a').catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'SERIALIZATION_FAILED', details: { key: '61' } })
    expect((failed as PravegaError).cause).toBeInstanceOf(SyntaxError)
    model.putDirectly([{ key: Uint8Array.of(0xff), value: Buffer.from('{}') }])
    await expect(collect(table.keys())).rejects.toMatchObject({ code: 'SERIALIZATION_FAILED' })
  })
})
