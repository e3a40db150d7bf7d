import { ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { FaultProxy, UNHARMED } from '../../src/fault-proxy.ts'
import { EventScene } from './event-scene.ts'

const PENDING = 500

describeEngines('a writer whose stream ends or never was', engine => {
  it('fails all that is pending when the stream is sealed, and flush fails each time (incumbents: seal-pending)', async () => {
    await using scene = await EventScene.open(engine, 'sealed')
    const stream = await scene.stream(2)
    const writer = await scene.writer(stream)
    await writer.writeEvent('before', { routingKey: 'a' })
    await scene.manager.sealStream(stream)
    const sealed = { code: 'STREAM_SEALED', message: expect.stringContaining(String(stream)) }
    for (let round = 0; round < 2; round++) {
      const written = Array.from({ length: PENDING }, (_, n) => writer.writeEvent(`${n}`, { routingKey: `k${n}` }))
      const flushed = expect(writer.flush()).rejects.toMatchObject(sealed)
      const outcomes = await Promise.allSettled(written)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([])
      for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: sealed })
      await flushed
    }
    // All of it was told by the flushes.
    await writer.close()
    const reader = await scene.reader(await scene.group([stream]))
    const events: string[] = []
    for await (const event of reader) events.push(event.value)
    expect(events).toEqual(['before'])
  })

  it('fails what was on its way when the stream was sealed while the connection was cut (incumbents: seal-pending)', async () => {
    await using scene = await EventScene.open(engine, 'cut-and-sealed')
    const stream = await scene.stream()
    let down = false
    await using proxy = await FaultProxy.start(() => (down ? { ...UNHARMED, cutAfterSentBytes: 1 } : UNHARMED))
    await using factory = await ClientFactory.create(engine.controllerUri, { dial: proxy.dial })
    const writer = await scene.writer(stream, { factory })
    await writer.writeEvent('before')
    down = true
    proxy.cutAll()
    const pending = Array.from({ length: PENDING }, (_, n) => writer.writeEvent(`${n}`))
    const flushed = expect(writer.flush()).rejects.toMatchObject({ code: 'STREAM_SEALED' })
    await scene.manager.sealStream(stream)
    down = false
    for (const outcome of await Promise.allSettled(pending)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STREAM_SEALED' } })
    }
    await flushed
  })

  it('is refused by name on a missing stream and in a missing scope (incumbents: missing-stream)', async () => {
    await using scene = await EventScene.open(engine, 'missing')
    const missing = `${scene.scope}/missing`
    await expect(scene.writer(missing)).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
      message: expect.stringContaining(missing),
    })
    const elsewhere = `${uniqueName('nowhere')}/missing`
    await expect(scene.writer(elsewhere)).rejects.toMatchObject({
      code: expect.stringMatching(/^(STREAM|SCOPE)_NOT_FOUND$/),
      message: expect.stringContaining(elsewhere),
    })
  })

  it('fails by name when its stream is deleted under it (incumbents: missing-stream)', async () => {
    await using scene = await EventScene.open(engine, 'deleted')
    const stream = await scene.stream()
    const writer = await scene.writer(stream)
    await writer.writeEvent('before')
    await scene.manager.deleteStream(stream, { seal: true })
    const gone = {
      code: expect.stringMatching(/^STREAM_(NOT_FOUND|SEALED)$/),
      message: expect.stringContaining(String(stream)),
    }
    await expect(writer.writeEvent('after')).rejects.toMatchObject(gone)
    await expect(writer.close()).rejects.toMatchObject(gone)
  })
})

it('no controller: the call ends at its own deadline or by its signal, with a name (incumbents: dead-controller)', async () => {
  const server = await EmbeddedServer.start()
  const { controllerUri } = server
  await server.close()
  await using factory = await ClientFactory.create({ controllerUri, timeouts: { controllerMs: 200 } })
  const failure = { code: expect.stringMatching(/^(DEADLINE_EXCEEDED|RETRIES_EXHAUSTED|UNAVAILABLE)$/) }
  await expect(factory.createEventWriter('a/b')).rejects.toMatchObject(failure)
  const groupOf = { streams: ['a/b'] }
  await expect(factory.createReaderGroup('a/group', groupOf, { timeoutMs: 200 })).rejects.toMatchObject(failure)
  await expect(factory.openReaderGroup('a/group', {}, { timeoutMs: 200 })).rejects.toMatchObject(failure)
  const aborting = new AbortController()
  const opening = factory.openReaderGroup('a/group', {}, { signal: aborting.signal })
  aborting.abort()
  await expect(opening).rejects.toMatchObject({ code: 'ABORTED' })
})
