import { ClientFactory, type EventReader, jsonSerializer, type ReaderGroup } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openInvoicing } from '../src/invoicing.ts'
import type { InvoiceLine, Order } from '../src/orders.ts'
import { ProgressRecord, Superseded } from '../src/progress.ts'
import { takeOver } from '../src/take-over.ts'
import type { Pipeline } from '../src/work.ts'

let server: EmbeddedServer
let factory: ClientFactory
beforeAll(async () => {
  server = await EmbeddedServer.start()
  factory = await ClientFactory.create(server.controllerUri)
  await factory.streamManager().createScope('take')
})
afterAll(async () => {
  await factory.close()
  await server.close()
})

/** A pipeline over a stream of one segment with twenty orders. */
async function pipelineOf(name: string): Promise<Pipeline<Order, InvoiceLine>> {
  const names = { scope: 'take', input: `${name}-in`, output: `${name}-out`, group: name }
  for (const stream of [names.input, names.output]) await factory.streamManager().createStream(`take/${stream}`)
  await using writer = await factory.createEventWriter(`take/${names.input}`, { serializer: jsonSerializer<Order>() })
  for (let n = 0; n < 20; n++) void writer.writeEvent({ customer: 'c', number: n, items: [`item ${n}`] })
  return await openInvoicing(factory, names)
}

async function readOn(reader: EventReader<unknown>, events: number): Promise<void> {
  const slice = await reader.acquireSegment()
  if (slice === undefined) throw new Error('there is nothing to read')
  for (let n = 0; n < events; n++) slice.next()
  reader.releaseSegment(slice)
}

/** Where the one segment is that nobody owns. */
async function unassigned(group: ReaderGroup): Promise<readonly bigint[]> {
  return [...(await group.state()).unassigned.values()]
}

it('goes on at the position of the record, which is further on than what the group knows', async () => {
  const pipeline = await pipelineOf('further')
  await using reader = await pipeline.group.createReader({ readerId: 'dead' })
  await readOn(reader, 5)
  const position = reader.position()
  const record = await ProgressRecord.load(pipeline.progress, 'worker')
  await record.replace({ reader: 'dead', position: position.toText() })
  expect((await takeOver(pipeline, 'worker')).found).toBe('none')
  expect(await unassigned(pipeline.group)).toEqual([...position.segments.values()])
})

it('does not go back to where a segment was before it was given away and came back', async () => {
  const pipeline = await pipelineOf('back')
  const { group } = pipeline
  const record = await ProgressRecord.load(pipeline.progress, 'worker')
  {
    await using reader = await group.createReader({ readerId: 'dead' })
    await readOn(reader, 5)
    await record.replace({ reader: 'dead', position: reader.position().toText() })
  }
  {
    await using other = await group.createReader({ readerId: 'other' })
    await readOn(other, 10)
  }
  const [offset] = await unassigned(group)
  await using _again = await group.createReader({ readerId: 'dead' })
  await takeOver(pipeline, 'worker')
  expect(await unassigned(group)).toEqual([offset])
})

it('aborts a transaction that is open, and takes a committed one for done', async () => {
  for (const end of ['aborted', 'committed'] as const) {
    const pipeline = await pipelineOf(end)
    await using reader = await pipeline.group.createReader({ readerId: 'dead' })
    const before = reader.position()
    await readOn(reader, 20)
    const after = reader.position()
    const transaction = await pipeline.writer.begin()
    const record = await ProgressRecord.load(pipeline.progress, 'worker')
    const pending = { transaction: transaction.id, position: after.toText() }
    await record.replace({ reader: 'dead', position: before.toText(), pending })
    if (end === 'committed') await transaction.commit()
    const taken = await takeOver(pipeline, 'worker')
    expect(taken.found).toBe(end)
    expect(await unassigned(pipeline.group)).toEqual([...(end === 'committed' ? after : before).segments.values()])
    expect(taken.record.progress).toEqual({
      reader: 'dead',
      position: (end === 'committed' ? after : before).toText(),
    })
    // Whose place was taken cannot announce another one.
    await expect(record.replace({ reader: 'dead', position: after.toText() })).rejects.toThrow(Superseded)
    if (end === 'aborted') await expect(transaction.commit()).rejects.toMatchObject({ code: 'TRANSACTION_FAILED' })
  }
})

it('leaves the record to one of several that take over at once', async () => {
  const pipeline = await pipelineOf('crowd')
  const first = await ProgressRecord.load(pipeline.progress, 'worker')
  await first.replace({ reader: 'nobody', position: '1:' })
  const taken = await Promise.all([1, 2, 3, 4].map(() => takeOver(pipeline, 'worker')))
  const begun = await Promise.allSettled(taken.map(({ record }) => record.replace({ reader: 'me', position: '1:' })))
  expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
