import { cborCodec } from '@pravega-ts/client'
import { it } from 'vitest'
import type { ForeignRust } from '../../../src/foreign-rust.ts'
import { all, type Stage } from '../stage.ts'

const NOT_THERE = '-1'
const CBOR = { key: cborCodec<string>(), value: cborCodec<unknown>() }

export function rustTables({ other: rust, open }: Stage<ForeignRust>): void {
  it('tables: both put, look up, remove and iterate, with conditions and page by page', async ({ expect }) => {
    await using scene = await open('rust-table')
    const table = `${scene.scope}/table`
    const ask = <R>(command: string, request: object = {}): Promise<R> =>
      rust.request(`tables.${command}`, { table, ...request })
    await ask('create')
    await using ours = await scene.factory.openTable(table, CBOR)
    const refused = { exception: 'IncorrectKeyVersion' }

    const first = await ask<string>('insertIf', { key: 'a', value: { n: 1 }, version: NOT_THERE })
    await expect(ask('insertIf', { key: 'a', value: 2, version: NOT_THERE })).rejects.toMatchObject(refused)
    expect(await ours.get('a')).toEqual({ value: { n: 1 }, version: BigInt(first) })
    const second = await ours.putIfVersion('a', ['ours', 'ä🔑'], BigInt(first))
    await expect(ask('insertIf', { key: 'a', value: 2, version: first })).rejects.toMatchObject(refused)
    expect(await ask('get', { key: 'a' })).toEqual({ value: ['ours', 'ä🔑'], version: String(second) })
    expect(await ask('get', { key: 'none' })).toBeNull()

    const entries = Array.from({ length: 45 }, (_, n) => ({ key: `key ${String(n).padStart(2, '0')}`, value: n }))
    await ask('insertAll', { entries })
    expect((await ask<string[]>('keys')).length).toBe(46)
    expect(await all(ours.keys())).toHaveLength(46)
    expect(await ask('getAll', { keys: ['key 03', 'none', 'key 44'] })).toEqual([3, null, 44])
    // All or none.
    const batch = [
      { key: 'new', value: 1, version: NOT_THERE },
      { key: 'a', value: 1, version: first },
    ]
    await expect(ask('insertAllIf', { entries: batch })).rejects.toMatchObject(refused)
    expect(await ours.get('new')).toBeUndefined()

    await ask('remove', { key: 'key 00' })
    await ask('remove', { key: 'key 00' })
    await expect(ask('removeIf', { key: 'a', version: first })).rejects.toMatchObject(refused)
    await expect(ask('removeIf', { key: 'key 00', version: first })).rejects.toMatchObject({
      exception: expect.stringMatching(/KeyDoesNotExist|IncorrectKeyVersion/),
    })
    await ask('removeIf', { key: 'a', version: String(second) })
    await ours.remove('key 01')
    const left = await ask<Record<string, { value: unknown }>>('entries', { page: 7 })
    expect(Object.keys(left).sort()).toEqual(entries.slice(2).map(({ key }) => key))
    expect(left['key 44']?.value).toBe(44)

    const changes = await ask<{ changed: [string, unknown][]; position: string }>('changes', {
      position: '0',
      page: 100,
    })
    expect(new Set(changes.changed.map(([key]) => key))).toEqual(new Set(entries.slice(2).map(({ key }) => key)))
    await ours.put('later', 'ours')
    expect((await ask<typeof changes>('changes', { position: changes.position })).changed).toEqual([['later', 'ours']])
  })

  it('a table synchronizer that both share: counts, moves and tombstones', async ({ expect }) => {
    await using scene = await open('rust-sync')
    const synchronizer = `${scene.scope}/shared`
    const ask = <R>(command: string, request: object = {}): Promise<R> =>
      rust.request(`synchronizers.${command}`, { synchronizer, ...request })
    await ask('open')
    await using ours = await scene.factory.openTableSynchronizer(synchronizer)
    const countUp = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n++) {
        await ours.transact(view => {
          const before = Number(view.get('counts', 'both')?.data ?? 0)
          return { puts: [{ outer: 'counts', inner: 'both', typeId: 'i64', data: before + 1 }], result: undefined }
        })
      }
    }
    await Promise.all([countUp(20), ask('countUp', { outer: 'counts', inner: 'both', times: 20 })])
    await ours.refresh()
    expect(ours.view.get('counts', 'both')?.data).toBe(40)

    await ask('insert', {
      outer: 'free',
      entries: [
        { inner: 'x', value: 1 },
        { inner: 'y', value: 2 },
        { inner: 'z', value: 3 },
      ],
    })
    await ours.refresh()
    await ours.transact(() => ({
      puts: [{ outer: 'taken', inner: 'x', typeId: 'i64', data: 1 }],
      removals: [{ outer: 'free', inner: 'x' }],
      result: undefined,
    }))
    await ask('fetch')
    expect(await ask('move', { from: 'free', to: 'taken', inner: 'x' })).toBe(false)
    expect(await ask('move', { from: 'free', to: 'taken', inner: 'y' })).toBe(true)
    expect(await ask('contents')).toEqual({ counts: { both: 40 }, free: { z: 3 }, taken: { x: 1, y: 2 } })
    await ours.refresh()
    expect([...ours.view.innerMap('free').keys()]).toEqual(['z'])
    expect([...ours.view.innerMap('taken')].map(([inner, { data }]) => [inner, data]).sort()).toEqual([
      ['x', 1],
      ['y', 2],
    ])
  })
}
