import { describe, expect, it } from 'vitest'
import type { ReaderGroupState, StateStore } from '../../src/index.ts'
import { initial, segment } from './states.ts'

/** One group's state in some kind of store. */
export interface StoreUnderTest {
  /** One more member. */
  member(): StateStore
  /** Calls `meanwhile` once, between the decision of the next conditional write and the write itself. */
  interfere(meanwhile: () => Promise<void>): void
  /** As if somebody had deleted the group. */
  delete(): Promise<void>
}

const add = (reader: string) => ({ updates: [{ type: 'addReader', reader }] as const, result: reader })

/** What every store does, whatever it keeps its state in. */
export function describeStore(name: string, make: () => StoreUnderTest): void {
  describe(name, () => {
    it('has no state before the group is made', async () => {
      const member = make().member()
      expect(member.state).toBeUndefined()
      await expect(member.refresh()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
      await expect(member.transact(() => add('r1'))).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
    })

    it('is initialized once, and shows the same first state to all', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      expect(await a.initialize(initial(2))).toBe(true)
      expect(await b.initialize(initial(5))).toBe(false)
      for (const member of [a, b]) {
        const { unassigned } = await member.refresh()
        expect([...unassigned.keys()].sort()).toEqual([segment(0), segment(1)])
      }
    })

    it('shows at a look what others have written', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      await b.refresh()
      expect(await a.transact(() => add('r1'))).toBe('r1')
      expect(a.state?.assigned.has('r1')).toBe(true)
      expect(b.state?.assigned.has('r1')).toBe(false)
      expect((await b.refresh()).assigned.has('r1')).toBe(true)
    })

    it('decides anew when somebody was faster, and writes once', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      await a.refresh()
      await b.refresh()
      store.interfere(async () => {
        await b.transact(() => add('r2'))
        await b.transact(() => take('r2', segment(0)))
      })
      await a.transact(() => add('r1'))
      const seen: number[] = []
      await a.transact(state => {
        seen.push(state.unassigned.size)
        return take('r1', [...state.unassigned.keys()][0] ?? '')
      })
      const state = await b.refresh()
      expect(ownedBy(state, 'r1')).toEqual([segment(1)])
      expect(ownedBy(state, 'r2')).toEqual([segment(0)])
    })

    it('gives a segment to one of two that want it', async () => {
      const store = make()
      const first = store.member()
      const members = [first, store.member(), store.member()]
      await first.initialize(initial(6))
      await Promise.all(
        members.map(async (member, index) => {
          await member.transact(() => add(`r${index}`))
          for (let taken = true; taken; ) {
            taken = await member.transact(state => {
              const free = [...state.unassigned.keys()][0]
              return free === undefined ? { updates: [], result: false } : { ...take(`r${index}`, free), result: true }
            })
          }
        }),
      )
      const state = await first.refresh()
      const owned = [...state.assigned.values()].flatMap(segments => [...segments.keys()])
      expect(owned.sort()).toEqual(Array.from({ length: 6 }, (_, number) => segment(number)))
    })

    it('shows a watcher what it comes through, until it has seen enough', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      await b.refresh()
      const seen: number[] = []
      {
        using _ = b.watch(state => void seen.push(state.assigned.size))
        await a.transact(() => add('r1'))
        await b.refresh()
      }
      await a.transact(() => add('r2'))
      await b.refresh()
      expect(seen.at(-1)).toBe(1)
    })

    it('writes nothing for a decision without updates', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      const before = await b.refresh()
      expect(await a.transact(() => ({ updates: [], result: 7 }))).toBe(7)
      expect(await b.refresh()).toEqual(before)
    })

    it('refuses an update that does not fit, and nobody ever sees it', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      await expect(a.transact(() => take('nobody', segment(0)))).rejects.toMatchObject({ code: 'ILLEGAL_STATE_UPDATE' })
      await expect(a.append({ type: 'acquireSegment', reader: 'nobody', segment: segment(0) })).rejects.toMatchObject({
        code: 'ILLEGAL_STATE_UPDATE',
      })
      expect((await b.refresh()).unassigned.size).toBe(2)
    })

    it('hands on what the decision throws', async () => {
      const a = make().member()
      await a.initialize(initial())
      await expect(
        a.transact(() => {
          throw new RangeError('of the caller')
        }),
      ).rejects.toThrow(RangeError)
    })

    it('keeps what a leaving reader gives back, without looking first', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      await a.transact(() => add('r1'))
      await a.transact(() => take('r1', segment(0)))
      await b.refresh()
      await a.append({ type: 'removeReader', reader: 'r1', offsets: new Map([[segment(0), 42n]]) })
      const state = await b.refresh()
      expect(state.assigned.has('r1')).toBe(false)
      expect(state.unassigned.get(segment(0))).toBe(42n)
    })

    it('unlocks a successor when all of its predecessors are completed', async () => {
      const a = make().member()
      await a.initialize(initial())
      await a.transact(() => add('r1'))
      for (const number of [0, 1]) await a.transact(() => take('r1', segment(number)))
      const merged = segment(2, 1)
      const complete = (number: number) => ({
        updates: [
          {
            type: 'segmentCompleted',
            reader: 'r1',
            segment: segment(number),
            successors: new Map([[merged, [0n, 1n]]]),
            ranges: new Map(),
          },
        ] as const,
        result: undefined,
      })
      await a.transact(() => complete(0))
      expect((await a.refresh()).future.get(merged)).toEqual(new Set([1n]))
      await a.transact(() => complete(1))
      const state = await a.refresh()
      expect(state.future.size).toBe(0)
      expect(state.unassigned.get(merged)).toBe(0n)
    })

    it('says so when the group is deleted', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      await a.transact(() => add('r1'))
      await b.refresh()
      await store.delete()
      await expect(b.refresh()).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
      await expect(b.transact(() => add('r2'))).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
      await expect(b.append({ type: 'removeReader', reader: 'r1', offsets: new Map() })).rejects.toMatchObject({
        code: 'READER_GROUP_NOT_FOUND',
      })
      await Promise.all([a.close(), b.close()])
    })

    it('takes no more calls once it is closed, and leaves the state alone', async () => {
      const store = make()
      const [a, b] = [store.member(), store.member()]
      await a.initialize(initial())
      await a.close()
      await a.close()
      await expect(a.refresh()).rejects.toMatchObject({ code: 'CLOSED' })
      expect((await b.refresh()).unassigned.size).toBe(2)
    })

    it('ends a call whose signal is aborted', async () => {
      const a = make().member()
      await a.initialize(initial())
      await expect(a.refresh({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    })
  })
}

function take(reader: string, name: string) {
  return { updates: [{ type: 'acquireSegment', reader, segment: name }] as const, result: name }
}

function ownedBy(state: ReaderGroupState, reader: string): string[] {
  return [...(state.assigned.get(reader)?.keys() ?? [])]
}
