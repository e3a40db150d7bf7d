import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import type { Stage } from '../stage.ts'

/** Servers come by a stream every ten seconds. */
const ROUNDS = { timeout: 40_000, interval: 250 }

/** The shortest lease that servers take. */
const LEASE_MS = 10_000

/** What takes its time. */
export function javaTimes({ other: java, open }: Stage<ForeignJava>): void {
  it('event time: writers of both note times, readers of both see the window', async ({ expect }) => {
    await using scene = await open('java-times')
    const stream = await scene.stream()
    const name = String(stream)
    const theirGroup = `${scene.scope}/theirs`
    await java.createGroup(theirGroup, { streams: [name], groupRefreshTimeMillis: 500 })
    const theirs = await java.openReader(theirGroup, `${scene.scope}-reader`, () => {})
    const ours = await scene.reader(await scene.group([stream]))
    const writer = await scene.writer(stream, { writerId: 'ours' })
    const id = `${scene.scope}-writer`
    const write = async (time: number): Promise<void> => {
      await java.request('writeTimed', { stream: name, writer: id, event: `theirs ${time}`, time })
      await writer.writeEvent(`ours ${time}`)
      await writer.flush()
      await writer.noteTime(time + 1)
    }
    await write(1_000)
    // Nobody has read anything: both are before the first watermark.
    await expect.poll(async () => (await ours.currentTimeWindow(stream)).upper, ROUNDS).toBe(1_001n)
    await scene.take(ours, 2)
    await expect.poll(async () => (await ours.currentTimeWindow(stream)).lower, ROUNDS).toBe(1_000n)
    const request = { reader: theirs.id, stream: name }
    await expect.poll(() => java.request('timeWindow', request), ROUNDS).toEqual([1_000, null])
    await theirs.close()
  })

  it('a transaction whose writer is gone ends with its lease', async ({ expect }) => {
    await using scene = await open('java-lease')
    const stream = await scene.stream()
    const forgotten = await java.request<string>('beginTransaction', { stream: String(stream), leaseMs: LEASE_MS })
    await java.request('transactionWrite', { transaction: forgotten, events: [{ event: 'never read' }] })
    await java.request('closeTransactionalWriter', { stream: String(stream) })
    const status = (): Promise<string> => java.request('transactionStatus', { transaction: forgotten })
    await expect.poll(status, { timeout: 3 * LEASE_MS, interval: 500 }).toBe('ABORTED')
    const { controller } = scene.factory
    expect(await controller.checkTransactionState(stream, forgotten)).toBe('aborted')
  })
}
