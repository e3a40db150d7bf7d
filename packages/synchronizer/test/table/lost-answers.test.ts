import { PravegaError } from '@pravega-ts/model'
import { beforeEach, describe, expect, it } from 'vitest'
import { toCbor } from '../../src/table/cbor.ts'
import type { TableSynchronizer } from '../../src/table/table-synchronizer.ts'
import { member, plain, rustEntries, value } from './members.ts'
import { type Fate, ModelTable } from './model-table.ts'

let table: ModelTable
let one: TableSynchronizer
let two: TableSynchronizer
beforeEach(async () => {
  table = new ModelTable()
  one = await member(table)
  two = await member(table)
})

/** Counts, and says how far. */
function count(sync: TableSynchronizer): Promise<number> {
  return sync.transact(view => {
    const n = Number(view.get('a', 'n')?.data ?? 0) + 1
    return { puts: [value('a', 'n', n)], result: n }
  })
}

/** The next changes meet these fates, one each; later ones are answered. */
function fates(...list: Fate[]): void {
  table.fate = () => list.shift() ?? 'answered'
}

/** Runs before the next request for the length of the log: what happens between a lost answer and the look for its outcome. */
function beforeLooking(action: () => Promise<unknown>): void {
  const { info } = table
  table.info = async () => {
    table.info = info
    await action()
    return await info.call(table)
  }
}

describe('a transaction whose answer was lost', () => {
  it.each<Fate[]>([['made, answer lost'], ['never arrived'], ['never arrived', 'never arrived', 'made, answer lost']])(
    'is written once: %s',
    async (...list) => {
      fates(...list)
      await expect(count(one)).resolves.toBe(1)
      await two.refresh()
      expect(plain(two.view)).toEqual({ a: { n: 1 } })
    },
  )

  it('is known to be written when others have changed the same value since', async () => {
    fates('made, answer lost')
    beforeLooking(async () => {
      for (let n = 0; n < 50; n++) await count(two)
    })
    await expect(count(one)).resolves.toBe(1)
    expect(one.view.get('a', 'n')?.data).toBe(51)
  })

  it('is known not to be written when another member has written just the same', async () => {
    fates('never arrived')
    beforeLooking(() => count(two))
    await expect(count(one)).resolves.toBe(2)
    fates('never arrived')
    beforeLooking(async () => {
      for (let n = 0; n < 50; n++) await count(two)
    })
    await expect(count(one)).resolves.toBe(53)
    expect(one.view.get('a', 'n')?.data).toBe(53)
  })

  it('is not written twice when it arrives late', async () => {
    fates('arrives later')
    beforeLooking(async () => table.deliverLate())
    await expect(count(one)).resolves.toBe(1)
    fates('arrives later')
    await expect(count(one)).resolves.toBe(2)
    table.deliverLate()
    await expect(count(two)).resolves.toBe(3)
  })

  it('is not written when another one has taken its place before it arrives', async () => {
    fates('arrives later')
    beforeLooking(() => count(two))
    await expect(count(one)).resolves.toBe(2)
    table.deliverLate()
    await two.refresh()
    expect(plain(two.view)).toEqual({ a: { n: 2 } })
  })

  it('is known not to be written where something it touches is as it was', async () => {
    await one.transact(() => ({ puts: [value('a', 'n', 1), value('b', 'm', 1)], result: undefined }))
    fates('never arrived')
    beforeLooking(async () => table.putDirectly(rustEntries([{ outer: 'a', inner: 'n', document: toCbor(2) }])))
    const seen: unknown[] = []
    await one.transact(view => {
      seen.push(view.get('a', 'n')?.data)
      return { puts: [value('a', 'n', 9), value('b', 'm', 9)], result: undefined }
    })
    expect(seen).toEqual([1, 2])
  })

  it.each<Fate>(['made, answer lost', 'never arrived'])(
    'is unknown when too many other members have written since: %s',
    async fate => {
      fates(fate)
      beforeLooking(async () => {
        for (let n = 0; n < 9; n++) await count(await member(table))
      })
      await expect(count(one)).rejects.toMatchObject({ code: 'CONNECTION_LOST', details: { outcome: 'unknown' } })
    },
  )

  it.each<Fate>(['made, answer lost', 'never arrived'])(
    'is unknown when a client that leaves no trace has written over all of it: %s',
    async fate => {
      await count(one)
      fates(fate)
      beforeLooking(async () => table.putDirectly(rustEntries([{ outer: 'a', inner: 'n', document: toCbor(7) }])))
      await expect(count(one)).rejects.toMatchObject({ code: 'CONNECTION_LOST', details: { outcome: 'unknown' } })
      await expect(count(one)).resolves.toBe(8)
    },
  )

  it('is unknown when looking for it fails', async () => {
    fates('made, answer lost')
    beforeLooking(async () => {
      throw new PravegaError('RETRIES_EXHAUSTED', 'nobody there')
    })
    await expect(count(one)).rejects.toMatchObject({ code: 'CONNECTION_LOST', details: { outcome: 'unknown' } })
  })

  it('is unknown when its time is over, and says why it ended', async () => {
    const end = new AbortController()
    fates('made, answer lost')
    beforeLooking(async () => end.abort())
    const failed = one.transact(() => ({ puts: [value('a', 'n', 1)], result: 0 }), { signal: end.signal })
    await expect(failed).rejects.toMatchObject({ code: 'ABORTED', details: { outcome: 'unknown' } })
  })

  it('is unknown when it never got through before its time was over', async () => {
    table.fate = () => 'never arrived'
    const failed = one.transact(() => ({ puts: [value('a', 'n', 1)], result: 0 }), { timeoutMs: 100 })
    await expect(failed).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { outcome: 'unknown' } })
  })

  it('is sent again as it is, not decided anew, while it may still arrive', async () => {
    fates('never arrived', 'never arrived')
    let decisions = 0
    await one.transact(() => {
      decisions++
      return { puts: [value('a', 'n', decisions)], result: undefined }
    })
    expect(decisions).toBe(1)
  })
})

describe('a refusal', () => {
  it('fails the call as it is: nothing was written', async () => {
    const refusal = new PravegaError('TOKEN_REFUSED', 'may only read')
    table.put = async () => {
      throw refusal
    }
    await expect(count(one)).rejects.toBe(refusal)
  })

  it('is never success, however often it comes', async () => {
    table.put = async () => {
      throw new PravegaError('TABLE_KEY_BAD_VERSION', 'another version')
    }
    const failed = one.transact(() => ({ puts: [value('a', 'n', 1)], result: 0 }), { timeoutMs: 100 })
    await expect(failed).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(await failed.catch((error: PravegaError) => error.details['outcome'])).toBeUndefined()
  })
})
