import { utf8Serializer } from '@pravega-ts/client'
import { openEventWriter } from '@pravega-ts/event-client'
import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { eventually, TransactionScene } from './transaction-scene.ts'

const EVENTS = 200
const LARGE = 9 * 1024 * 1024

/** Whether all events of a name stand side by side. */
function isContiguous(events: readonly string[], name: string): boolean {
  const places = events.flatMap((event, at) => (event.startsWith(`${name}:`) ? [at] : []))
  return (places.at(-1) ?? 0) - (places[0] ?? 0) === Math.max(0, places.length - 1)
}

describeEngines('the events of transactions', engine => {
  describe.concurrent('', () => {
    it('are not in the stream before the commit, and all of them after, side by side in each segment', async () => {
      await using scene = await TransactionScene.open(engine, 'visible')
      const stream = await scene.stream(2)
      const writer = await scene.writer(stream)
      await using plain = await openEventWriter(scene.factory.segmentStore, stream, { serializer: utf8Serializer })
      const names = ['a', 'b', 'c', 'd']
      const transactions = await Promise.all(names.map(async name => ({ name, transaction: await writer.begin() })))
      for (let n = 0; n < EVENTS; n++) {
        for (const { name, transaction } of transactions) {
          void transaction.writeEvent(`${name}:${n}`, { routingKey: `${n % 10}` })
        }
        void plain.writeEvent(`plain:${n}`)
        if (n % 50 === 0) await plain.flush()
      }
      await Promise.all(transactions.map(({ transaction }) => transaction.flush()))
      await plain.flush()
      const before = (await scene.contents(stream)).flat()
      expect(before).toHaveLength(EVENTS)
      expect(before.every(event => event.startsWith('plain:'))).toBe(true)
      await Promise.all([
        ...transactions.map(({ transaction }) => transaction.commit({ wait: true })),
        plain.writeAll(Array.from({ length: EVENTS }, (_, n) => ({ event: `plain:${EVENTS + n}` }))),
      ])
      const after = await scene.contents(stream)
      for (const name of names) {
        const counts = after.map(events => events.filter(event => event.startsWith(`${name}:`)).length)
        expect(counts.every(count => count > 0)).toBe(true)
        expect(counts.reduce((sum, count) => sum + count)).toBe(EVENTS)
        expect(after.every(events => isContiguous(events, name))).toBe(true)
      }
      // Each key in order.
      for (const name of names) {
        const numbers = after.map(events => events.filter(event => event.startsWith(`${name}:`)))
        for (let key = 0; key < 10; key++) {
          const ofKey = numbers.flat().flatMap(event => {
            const n = Number(event.slice(2))
            return n % 10 === key ? [n] : []
          })
          expect(ofKey).toEqual(Array.from({ length: EVENTS / 10 }, (_, n) => n * 10 + key))
        }
      }
    })

    it('are gone after an abort, and so are their segments', async () => {
      await using scene = await TransactionScene.open(engine, 'aborted')
      const stream = await scene.stream(2)
      const writer = await scene.writer(stream)
      const transaction = await writer.begin()
      for (let n = 0; n < EVENTS; n++) void transaction.writeEvent(`${n}`)
      await transaction.flush()
      await transaction.abort()
      expect(await transaction.checkStatus()).toBe('aborted')
      expect((await scene.contents(stream)).flat()).toEqual([])
      const { segments } = await scene.factory.controller.getCurrentSegments(stream)
      const isThere = (part: ScopedSegment): Promise<'there' | 'gone'> =>
        scene.factory.segmentStore.getInfo(part).then(
          () => 'there',
          error => (PravegaError.is(error, 'NO_SUCH_SEGMENT') ? 'gone' : Promise.reject(error)),
        )
      for (const { segment } of segments) {
        expect(await eventually(() => isThere(segment.inTransaction(transaction.id)), 'gone')).toBe('gone')
      }
    })

    it('may be large, empty, together under one key, or none at all', async () => {
      await using scene = await TransactionScene.open(engine, 'sizes')
      const stream = await scene.stream()
      const writer = await scene.writer(stream)
      const large = 'x'.repeat(LARGE)
      const transaction = await writer.begin()
      const routingKey = 'key'
      void transaction.writeEvent('', { routingKey })
      void transaction.writeEvent(large, { routingKey })
      void transaction.writeEvents(['together', 'as one'], { routingKey })
      await transaction.commit({ wait: true })
      await (await writer.begin()).commit({ wait: true })
      const [events = []] = await scene.contents(stream)
      expect(events.map(event => (event.length > 100 ? event.length : event))).toEqual([
        '',
        LARGE,
        'together',
        'as one',
      ])
    })

    it('come in the order of the commits, not of the beginnings', async () => {
      await using scene = await TransactionScene.open(engine, 'order')
      const stream = await scene.stream()
      const writer = await scene.writer(stream)
      const transactions = [await writer.begin(), await writer.begin(), await writer.begin()]
      for (const [n, transaction] of transactions.entries()) await transaction.writeEvent(`${n}`)
      for (const n of [2, 0, 1]) await transactions[n]?.commit()
      await Promise.all(transactions.map(transaction => transaction.commit({ wait: true })))
      expect(await scene.contents(stream)).toEqual([['2', '0', '1']])
    })

    it('are dropped at the end of a block that has not committed them', async () => {
      await using scene = await TransactionScene.open(engine, 'block')
      const stream = await scene.stream()
      const writer = await scene.writer(stream)
      const work = async (): Promise<string> => {
        await using transaction = await writer.begin()
        await transaction.writeEvent('half done')
        if (transaction.id !== '') return transaction.id
        await transaction.commit()
        return ''
      }
      const id = await work()
      expect(await (await writer.getTransaction(id)).checkStatus()).toBe('aborted')
      expect((await scene.contents(stream)).flat()).toEqual([])
    })
  })
})
