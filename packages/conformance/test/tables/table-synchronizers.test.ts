import { setTimeout as sleep } from 'node:timers/promises'
import { deleteTable, openTableSynchronizer, type TableSynchronizer } from '@pravega-ts/synchronizer'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { seededRandom } from '../../src/random.ts'
import { observed, TableScene } from './table-scene.ts'

/** Puts the next number under a name of its own, and resolves to it. */
function addNumber(sync: TableSynchronizer, name: string): Promise<number> {
  return sync.transact(view => {
    const next = Number(view.get('numbers', 'last')?.data ?? 0) + 1
    const put = (inner: string) => ({ outer: 'numbers', inner, typeId: 'u64', data: next })
    return { puts: [put('last'), put(name)], result: next }
  })
}

function numbersOf(sync: TableSynchronizer): unknown[] {
  return [...sync.view.innerMap('numbers')].filter(([name]) => name !== 'last').map(([, { data }]) => data)
}

describeEngines('table synchronizers', engine => {
  async function members(scene: TableScene, count: number): Promise<(TableSynchronizer & { asked: string[] })[]> {
    const at = scene.newTable()
    return await Promise.all(
      Array.from({ length: count }, async () => {
        const asked: string[] = []
        const store = observed(scene.client(), name => asked.push(name))
        return Object.assign(await openTableSynchronizer(store, at), { asked })
      }),
    )
  }

  it('show each other what they change, with few requests', async () => {
    await using scene = new TableScene(engine)
    const [one, two] = await members(scene, 2)
    if (one === undefined || two === undefined) throw new Error('there are two')
    const segment = new Map([['number', 2n ** 32n]])
    await one.transact(() => ({
      puts: [{ outer: 'assigned', inner: 'r1', typeId: 'map', data: new Map([[segment, { read: 0 }]]) }],
      result: undefined,
    }))
    two.asked.length = 0
    await two.refresh()
    expect(two.asked).toEqual(['info', 'delta'])
    await two.refresh()
    expect(two.asked.slice(2)).toEqual(['info'])
    expect(two.view.get('assigned', 'r1')?.data).toEqual(
      new Map([[new Map([['number', 2 ** 32]]), new Map([['read', 0]])]]),
    )

    await two.transact(() => ({ removals: [{ outer: 'assigned', inner: 'r1' }], result: undefined }))
    await one.refresh()
    expect(one.view.isEmpty).toBe(true)
    one.asked.length = 0
    for (let n = 0; n < 3; n++) {
      await one.transact(() => ({ puts: [{ outer: 'assigned', inner: 'r1', typeId: 'n', data: n }], result: n }))
    }
    await one.refresh()
    expect(one.asked).toEqual(['put', 'put', 'put', 'info'])
    await two.refresh()
    expect(two.view.get('assigned', 'r1')).toMatchObject({ typeId: 'n', data: 2 })
    expect(two.view.get('assigned', 'r1')?.version).toBe(one.view.get('assigned', 'r1')?.version)
  })

  it('never lose or double a change of several that work at once', async () => {
    await using scene = new TableScene(engine)
    const all = await members(scene, 4)
    await Promise.all(
      all.map(async (sync, member) => {
        for (let n = 0; n < 15; n++) await addNumber(sync, `${member}-${n}`)
      }),
    )
    for (const sync of all) {
      await sync.refresh()
      const numbers = (numbersOf(sync) as number[]).sort((a, b) => a - b)
      expect(numbers).toEqual(Array.from({ length: 60 }, (_, n) => n + 1))
    }
  })

  it('know what became of every change when connections are cut', async () => {
    await using scene = new TableScene(engine)
    const random = seededRandom(20_261_121)
    await using proxy = await FaultProxy.start(() => UNHARMED)
    let cuts = 0
    const cut = (): void => {
      cuts++
      proxy.cutAll()
    }
    const at = scene.newTable()
    const [one, two] = await Promise.all(
      [1, 2].map(() => {
        // While a change is under way: its request, or its answer, is lost.
        const store = observed(scene.client(proxy.dial), name => {
          if (name === 'put' && random() < 0.5) setTimeout(cut, Math.floor(random() * 4))
        })
        return openTableSynchronizer(store, at)
      }),
    )
    if (one === undefined || two === undefined) throw new Error('there are two')
    const given = await Promise.all(
      [one, two].map(async (sync, member) => {
        const numbers: number[] = []
        for (let n = 0; n < 40; n++) numbers.push(await addNumber(sync, `${member}-${n}`))
        return numbers
      }),
    )
    expect(cuts).toBeGreaterThan(20)
    const whole = Array.from({ length: 80 }, (_, n) => n + 1)
    expect(given.flat().sort((a, b) => a - b)).toEqual(whole)
    await using witness = await openTableSynchronizer(scene.client(), at)
    expect((numbersOf(witness) as number[]).sort((a, b) => a - b)).toEqual(whole)
    for (const sync of [one, two]) {
      await sync.refresh()
      expect(numbersOf(sync).sort()).toEqual(numbersOf(witness).sort())
    }
  })

  it('are loaded, and go on, after the log has grown beyond what changes can be read of', async () => {
    await using scene = new TableScene(engine)
    const store = scene.client()
    const at = scene.newTable()
    await using writer = await openTableSynchronizer(store, at)
    await using idle = await openTableSynchronizer(scene.client(), at)
    await addNumber(writer, 'first')
    await using follower = await openTableSynchronizer(scene.client(), at)
    for (let n = 0; n < 120; n++) {
      const data = new Uint8Array(50_000).fill(n)
      await writer.transact(() => ({
        puts: [{ outer: 'large', inner: `n${n % 4}`, typeId: 'bytes', data }],
        result: undefined,
      }))
      if (n % 10 === 0) await follower.refresh()
    }
    // The real server compacts: entries written once are copied forward, and the log begins later.
    const table = store.table(writer.segment)
    const deadline = Date.now() + 30_000
    while (engine.name === 'pravega' && (await table.info()).startOffset === 0n && Date.now() < deadline)
      await sleep(100)
    const { startOffset, length } = await table.info()
    expect(length).toBeGreaterThan(8_000_000n)
    expect(startOffset > 0n).toBe(engine.name === 'pravega')

    await addNumber(writer, 'second')
    await using newcomer = await openTableSynchronizer(scene.client(), at)
    for (const sync of [newcomer, idle, follower]) {
      await sync.refresh()
      expect(numbersOf(sync)).toEqual(expect.arrayContaining([1, 2]))
      expect([...sync.view.innerMap('large').keys()].sort()).toEqual(['n0', 'n1', 'n2', 'n3'])
      const shown = [0, 1, 2, 3].map(n => (sync.view.get('large', `n${n}`)?.data as Uint8Array | undefined)?.[0])
      expect(shown).toEqual([116, 117, 118, 119])
    }
    expect(await addNumber(idle, 'third')).toBe(3)
    expect(await addNumber(newcomer, 'fourth')).toBe(4)
  })

  it('notice purged entries, and a table that is gone', async () => {
    await using scene = new TableScene(engine)
    const [one, two, three] = await members(scene, 3)
    if (one === undefined || two === undefined || three === undefined) throw new Error('there are three')
    for (const name of ['a', 'b', 'c']) await addNumber(one, name)
    await two.refresh()
    const removals = ['a', 'b'].map(inner => ({ outer: 'numbers', inner }))
    await one.transact(() => ({ removals, result: undefined }))
    await three.refresh()
    expect(await one.purge()).toBe(2)
    for (const sync of [one, two, three]) {
      await sync.refresh()
      expect(numbersOf(sync)).toEqual([3])
    }
    expect(await addNumber(three, 'a')).toBe(4)
    expect(await addNumber(two, 'b')).toBe(5)

    expect(await deleteTable(scene.client(), one.segment)).toBe(true)
    await expect(two.refresh()).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
    await expect(addNumber(three, 'x')).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
  })
})
