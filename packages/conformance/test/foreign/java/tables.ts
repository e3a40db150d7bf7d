import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import { all, type Stage } from '../stage.ts'

type Key = readonly [primary: string, secondary: string]
interface Change {
  readonly key: Key
  readonly value?: string
  readonly version?: string
}
interface Found {
  readonly value: string
  readonly version: string
}

export function javaTables({ other: java, open }: Stage<ForeignJava>): void {
  for (const partitions of [1, 4]) {
    it(`key-value tables of ${partitions} partitions: conditions, batches, removals, iterations by primary and secondary key`, async ({
      expect,
    }) => {
      await using scene = await open(`java-kvt-${partitions}`)
      const table = `${scene.scope}/table`
      expect(await java.request('createTable', { table, partitions })).toBe(true)
      expect(await java.request('createTable', { table, partitions })).toBe(false)
      expect(await java.request('listTables', { scope: scene.scope })).toEqual(['table'])
      const listed = await all(scene.factory.controller.listKeyValueTables(scene.scope))
      expect(listed.map(({ name }) => name)).toEqual(['table'])

      const update = (...changes: Change[]): Promise<string[]> => java.request('updateTable', { table, changes })
      const get = async (...keys: Key[]): Promise<(Found | null)[]> => java.request('tableGet', { table, keys })
      const refused = { exception: expect.stringMatching(/BadKeyVersionException|NoSuchKeyException/) }

      const key: Key = ['aaaa', '00']
      const [first = ''] = await update({ key, value: 'one', version: 'none' })
      await expect(update({ key, value: 'two', version: 'none' })).rejects.toMatchObject({
        exception: 'BadKeyVersionException',
      })
      const [second = ''] = await update({ key, value: 'two', version: first })
      await expect(update({ key, value: 'three', version: first })).rejects.toMatchObject({
        exception: 'BadKeyVersionException',
      })
      expect(await get(key, ['aaaa', '99'])).toEqual([{ value: 'two', version: second }, null])
      expect(await java.request('tableExists', { table, key })).toBe(true)

      // All or none: the second of these does not hold.
      const batch: Change[] = [
        { key: ['aaaa', '01'], value: 'new', version: 'none' },
        { key, value: 'lost', version: first },
      ]
      await expect(update(...batch)).rejects.toMatchObject(refused)
      expect(await get(['aaaa', '01'], key)).toEqual([null, { value: 'two', version: second }])

      for (const primary of ['aaaa', 'abbb', 'bbbb', 'cccc', 'dddd']) {
        await update(
          ...Array.from({ length: 25 }, (_, n) => ({
            key: [primary, String(n).padStart(2, '0')] as const,
            value: `${primary} ${n}`,
          })),
        )
      }
      type Entries = { key: Key; value: string }[]
      const entries = (request: object = {}): Promise<Entries> => java.request('tableEntries', { table, ...request })
      const everything = await entries()
      expect(everything.length).toBe(125)
      expect(
        new Set(everything.map(({ key: [primary, secondary], value }) => `${primary}${secondary}${value}`)).size,
      ).toBe(125)
      expect(
        everything.every(({ key: [primary, secondary], value }) => value === `${primary} ${Number(secondary)}`),
      ).toBe(true)
      expect(await java.request<Key[]>('tableKeys', { table })).toHaveLength(125)
      const own = await entries({ primary: 'bbbb', page: 7 })
      expect(own.map(entry => entry.value)).toEqual(Array.from({ length: 25 }, (_, n) => `bbbb ${n}`))
      const some = await entries({ primary: 'bbbb', from: '05', to: '08' })
      expect(some.map(entry => entry.value)).toEqual(['bbbb 5', 'bbbb 6', 'bbbb 7', 'bbbb 8'])
      const inOrder = await entries({ fromPrimary: 'abbb', toPrimary: 'cccc', page: 4 })
      expect(new Set(inOrder.map(entry => entry.key[0]))).toEqual(new Set(['abbb', 'bbbb', 'cccc']))
      expect(inOrder.length).toBe(75)
      expect((await entries({ prefix: 'a' })).length).toBe(50)

      const [before] = await get(['cccc', '03'])
      await expect(update({ key: ['cccc', '03'], version: first })).rejects.toMatchObject(refused)
      await update({ key: ['cccc', '03'], version: before?.version ?? '' })
      await update({ key: ['cccc', '04'] }, { key: ['cccc', '06'] })
      await update({ key: ['cccc', '05'], value: 'put again' })
      expect((await get(['cccc', '03'], ['cccc', '04'], ['cccc', '05'])).map(found => found?.value)).toEqual([
        undefined,
        undefined,
        'put again',
      ])
      // Not there: removed without a condition, refused with one.
      await update({ key: ['cccc', '04'] })
      await expect(update({ key: ['cccc', '04'], version: first })).rejects.toMatchObject(refused)
      expect((await entries()).length).toBe(122)

      // Large values, over several replies; and an empty one.
      const large = 'v'.repeat(200_000)
      for (let n = 0; n < 15; n++) await update({ key: ['eeee', `l${n.toString(16)}`], value: large })
      await update({ key: ['eeee', 'no'], value: '' })
      const many = await entries({ primary: 'eeee', page: 100 })
      expect(many.map(entry => entry.value.length)).toEqual([...Array.from({ length: 15 }, () => large.length), 0])

      expect(await java.request('deleteTable', { table })).toBe(true)
      expect(await java.request('deleteTable', { table })).toBe(false)
      expect(await java.request('listTables', { scope: scene.scope })).toEqual([])
    })
  }
}
