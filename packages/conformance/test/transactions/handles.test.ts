import { ClientFactory, type Transaction } from '@pravega-ts/client'
import { describe, expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { failureOf, TransactionScene } from './transaction-scene.ts'

/** A final answer takes much less; one that is taken for a passing failure takes a minute. */
const PROMPT = { timeoutMs: 10_000 }

/** An abort is carried out a moment after it is answered; what is written until then is dropped with the rest. */
async function writeUntilRefused(transaction: Transaction<string>): Promise<never> {
  for (;;) await transaction.writeEvent('late')
}

describeEngines('handles of transactions', engine => {
  describe.concurrent('', () => {
    it('of another process are written, committed and aborted by their id (incumbents: get-txn, txn-handles)', async () => {
      await using scene = await TransactionScene.open(engine, 'handles')
      await using factory = await ClientFactory.create(engine.controllerUri)
      const stream = await scene.stream(2)
      const first = await scene.writer(stream)
      const second = await scene.writer(stream, { clients: factory })
      const begun = await first.begin()
      await begun.writeEvent('from the first', { routingKey: 'k' })
      const found = await second.getTransaction(begun.id)
      expect(found.state).toBe('open')
      expect(await found.checkStatus()).toBe('open')
      await found.writeEvent('from the second', { routingKey: 'k' })
      await found.commit({ ...PROMPT, wait: true })
      expect((await scene.contents(stream)).flat()).toEqual(['from the first', 'from the second'])
      // The first hears of it.
      await begun.commit({ wait: true })
      expect(begun.state).toBe('committed')

      const other = await first.begin()
      await other.writeEvent('never')
      await (await second.getTransaction(other.id)).abort(PROMPT)
      expect(await failureOf(other.commit(PROMPT))).toMatchObject({
        code: 'TRANSACTION_FAILED',
        details: { outcome: 'aborted' },
      })
      expect((await scene.contents(stream)).flat()).toHaveLength(2)
    })

    it('of a stream that was scaled meanwhile still know their segments', async () => {
      await using scene = await TransactionScene.open(engine, 'epochs')
      const stream = await scene.stream(1)
      const writer = await scene.writer(stream)
      const before = await writer.begin()
      await scene.manager.scaleStreamTo(stream, 3)
      const found = await writer.getTransaction(before.id)
      await found.writeEvents(['one', 'two'], { routingKey: 'k' })
      await found.commit({ wait: true })
      // Behind the roll the epoch of a new transaction is not the active one.
      const after = await writer.begin()
      const again = await writer.getTransaction(after.id)
      await again.writeEvent('three', { routingKey: 'k' })
      await again.commit({ wait: true })
      expect((await scene.contents(stream)).flat()).toEqual(['three'])
    })

    it('say of an event that comes too late whether the others are in the stream', async () => {
      await using scene = await TransactionScene.open(engine, 'late')
      const stream = await scene.stream()
      const writer = await scene.writer(stream)
      const elsewhere = await scene.writer(stream)
      for (const outcome of ['committed', 'aborted'] as const) {
        const transaction = await writer.begin()
        await transaction.writeEvent(outcome)
        const found = await elsewhere.getTransaction(transaction.id)
        await (outcome === 'committed' ? found.commit({ wait: true }) : found.abort())
        const late = await failureOf(
          outcome === 'committed' ? transaction.writeEvent('late') : writeUntilRefused(transaction),
        )
        expect(late.code).toBe('TRANSACTION_FAILED')
        expect(['committing', 'committed', 'aborted']).toContain(late.details['outcome'])
        expect(late.details['outcome'] === 'aborted').toBe(outcome === 'aborted')
        expect(await failureOf(transaction.commit(PROMPT))).toMatchObject({ details: { outcome } })
      }
      expect(await scene.contents(stream)).toEqual([['committed']])
    })

    it('are final: no second end, no writing behind it (incumbents: txn-handles)', async () => {
      await using scene = await TransactionScene.open(engine, 'final')
      const stream = await scene.stream()
      const writer = await scene.writer(stream)
      const committed = await writer.begin()
      await committed.writeEvent('event')
      await committed.commit(PROMPT)
      await committed.commit({ ...PROMPT, wait: true })
      expect(await failureOf(committed.abort(PROMPT))).toMatchObject({ code: 'TRANSACTION_FAILED' })
      const aborted = await writer.begin()
      await aborted.abort(PROMPT)
      await aborted.abort(PROMPT)
      expect(await failureOf(aborted.commit(PROMPT))).toMatchObject({
        code: 'TRANSACTION_FAILED',
        details: { outcome: 'aborted' },
      })
      // The same, asked from scratch: the server says so, at once.
      const fresh = await writer.getTransaction(aborted.id)
      expect(fresh.state).toBe('aborted')
      expect(await failureOf(fresh.commit(PROMPT))).toMatchObject({ code: 'TRANSACTION_FAILED' })
      for (const transaction of [committed, aborted, fresh]) {
        expect(await failureOf(transaction.writeEvent('late'))).toMatchObject({ code: 'TRANSACTION_FAILED' })
      }
      expect(await scene.contents(stream)).toEqual([['event']])
    })

    it('of what nobody knows are refused', async () => {
      await using scene = await TransactionScene.open(engine, 'unknown')
      const writer = await scene.writer(await scene.stream())
      const unknown = '00000000-7fff-ffff-ffff-ffffffffffff'
      expect(await failureOf(writer.getTransaction(unknown, PROMPT))).toMatchObject({ code: 'TRANSACTION_NOT_FOUND' })
      expect(await failureOf(writer.begin({ leaseMs: 9_999 }))).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect(await failureOf(writer.begin({ leaseMs: 600_001 }))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    })

    it('of a stream that is sealed, then deleted, say that their events are not in it', async () => {
      await using scene = await TransactionScene.open(engine, 'sealed')
      const stream = await scene.stream()
      const writer = await scene.writer(stream)
      const transaction = await writer.begin()
      await transaction.writeEvent('event')
      await scene.manager.sealStream(stream)
      expect(await failureOf(transaction.writeEvent('late'))).toMatchObject({
        code: 'TRANSACTION_FAILED',
        details: { outcome: 'aborted' },
      })
      expect(await failureOf(transaction.commit(PROMPT))).toMatchObject({ details: { outcome: 'aborted' } })
      expect(await failureOf(writer.begin(PROMPT))).toMatchObject({ code: 'STREAM_SEALED' })
      expect(await failureOf(scene.writer(stream))).toMatchObject({ code: 'STREAM_SEALED' })
      await scene.manager.deleteStream(stream)
      expect(await failureOf(writer.begin(PROMPT))).toMatchObject({ code: 'STREAM_NOT_FOUND' })
      expect(await failureOf(scene.writer(stream))).toMatchObject({ code: 'STREAM_NOT_FOUND' })
      expect(await (await writer.getTransaction(transaction.id)).checkStatus()).toBe('aborted')
    })

    it('of a writer that closes are aborted; those of others are let go of', async () => {
      await using scene = await TransactionScene.open(engine, 'closing')
      const stream = await scene.stream()
      const [first, second] = [await scene.writer(stream), await scene.writer(stream)]
      const [own, others] = [await first.begin(), await second.begin()]
      await own.writeEvent('own')
      await (await first.getTransaction(others.id)).writeEvent('others')
      await first.close()
      expect(await (await second.getTransaction(own.id)).checkStatus()).toBe('aborted')
      await others.commit({ wait: true })
      expect(await scene.contents(stream)).toEqual([['others']])
    })

    it('note times, which hold for what was committed and do not go down', async () => {
      await using scene = await TransactionScene.open(engine, 'times')
      const stream = await scene.stream(2)
      const writer = await scene.writer(stream, { writerId: 'clockwork' })
      for (const timestamp of [1_000, 2_000n]) {
        const transaction = await writer.begin()
        void transaction.writeEvent('event')
        await transaction.commit({ timestamp, wait: true })
      }
      await writer.noteTime(3_000)
      expect(await failureOf(writer.noteTime(2_999))).toMatchObject({ code: 'INVALID_ARGUMENT' })
      await writer.close()
      const { controller } = scene.factory
      expect(await controller.removeWriter(stream, 'clockwork')).toBe(true)
      expect(await controller.removeWriter(stream, 'nobody')).toBe(false)
    })
  })
})
