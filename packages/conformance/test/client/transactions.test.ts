import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  ClientFactory,
  ScalingPolicy,
  ScopedStream,
  type TransactionalEventWriter,
  utf8Serializer,
} from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Leaves a transaction open and closes only the factory: that ends it, and nothing may hold the process. */
const PROGRAM = `
import { ClientFactory } from '@pravega-ts/client'
const [uri, stream] = process.argv.slice(1)
const factory = await ClientFactory.create(uri)
const writer = await factory.createTransactionalEventWriter(stream)
const left = await writer.begin()
await left.writeEvent(Buffer.from('never seen'))
const handed = await writer.begin()
await handed.writeEvent(Buffer.from('handed on'))
await handed.close()
await factory.close()
console.log(JSON.stringify({ left: left.id, handed: handed.id, late: await writer.begin().catch(e => e.code) }))
`

async function freshStream(factory: ClientFactory, segments = 2): Promise<ScopedStream> {
  const stream = new ScopedStream(uniqueName('txn'), 'events')
  await factory.streamManager().createScope(stream.scope)
  await factory.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(segments) })
  return stream
}

function textWriter(factory: ClientFactory, stream: ScopedStream | string): Promise<TransactionalEventWriter<string>> {
  return factory.createTransactionalEventWriter(stream, { serializer: utf8Serializer, leaseMs: 30_000 })
}

async function eventsIn(factory: ClientFactory, stream: ScopedStream): Promise<string[]> {
  const name = `${stream.scope}/${uniqueName('all')}`
  await using group = await factory.createReaderGroup(name, { streams: [{ stream, to: 'tail' }] })
  const events: string[] = []
  {
    await using reader = await group.createReader({ serializer: utf8Serializer })
    for await (const { value } of reader) events.push(value)
  }
  await factory.deleteReaderGroup(name)
  return events
}

describeEngines('transactions from ClientFactory', engine => {
  it('gives what is committed to readers, and nothing else', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = await freshStream(factory)
    await using writer = await textWriter(factory, stream.toString())
    const [kept, dropped] = [await writer.begin(), await writer.begin()]
    for (const n of [1, 2, 3]) void kept.writeEvent(`kept ${n}`, { routingKey: 'k' })
    void dropped.writeEvent('dropped', { routingKey: 'k' })
    expect(await eventsIn(factory, stream)).toEqual([])
    await dropped.flush()
    await dropped.abort()
    await kept.commit({ wait: true })
    expect(await eventsIn(factory, stream)).toEqual(['kept 1', 'kept 2', 'kept 3'])
    expect([await kept.checkStatus(), await dropped.checkStatus()]).toEqual(['committed', 'aborted'])
  })

  it('aborts what a block leaves open', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = await freshStream(factory)
    await using writer = await textWriter(factory, stream)
    let id = ''
    const failing = async (): Promise<void> => {
      await using transaction = await writer.begin()
      id = transaction.id
      await transaction.writeEvent('half of it')
      throw new Error('the other half is missing')
    }
    await expect(failing()).rejects.toThrow('the other half is missing')
    expect((await writer.getTransaction(id)).state).toBe('aborted')
    expect(await eventsIn(factory, stream)).toEqual([])
  })

  it('is closed with the factory: what is open is aborted, what was handed on lives, and the process ends', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = await freshStream(factory)
    const args = ['--input-type=module', '-e', PROGRAM, engine.controllerUri, stream.toString()]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: here, timeout: 30_000 })
    expect(stderr).toBe('')
    const { left, handed, late } = JSON.parse(stdout)
    expect(late).toBe('CLOSED')
    await using writer = await textWriter(factory, stream)
    expect((await writer.getTransaction(left)).state).toBe('aborted')
    await using transaction = await writer.getTransaction(handed)
    await transaction.commit({ wait: true })
    expect(await eventsIn(factory, stream)).toEqual(['handed on'])
  })

  it('says by name what is not there', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = await freshStream(factory, 1)
    await expect(textWriter(factory, `${stream.scope}/absent`)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' })
    const writer = await textWriter(factory, stream)
    await expect(writer.getTransaction('00000000-0000-0000-0000-00000000beef')).rejects.toMatchObject({
      code: 'TRANSACTION_NOT_FOUND',
    })
    await writer.close()
    await factory.streamManager().sealStream(stream)
    await expect(textWriter(factory, stream)).rejects.toMatchObject({ code: 'STREAM_SEALED' })
    await factory.close()
    await expect(textWriter(factory, stream)).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
