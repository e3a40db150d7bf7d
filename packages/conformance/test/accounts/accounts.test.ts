import { once } from 'node:events'
import { connect } from 'node:tls'
import { ScalingPolicy, ScopedStream, utf8Codec, utf8Serializer } from '@pravega-ts/client'
import { basicCredentials, resolveClientConfig } from '@pravega-ts/config'
import { type Controller, createController } from '@pravega-ts/controller-client'
import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import { decodePayload, encodeFrame, FrameParser, type Reply, type Request } from '@pravega-ts/wire-protocol'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { uniqueName } from '../../src/engine.ts'
import { clientOf, describeSecuredEngines, optionsOf, type SecuredEngine } from './secured-engine.ts'

describeSecuredEngines('accounts', engine => {
  beforeAll(async () => {
    const controller = createController(resolveClientConfig(optionsOf(engine, 'admin')))
    for (const scope of ['mine', 'theirs', 'others']) await controller.createScope(scope)
    await controller.close()
  })

  /** A stream that the administrator has made. */
  async function newStream(scope: string): Promise<ScopedStream> {
    const admin = await clientOf(engine, 'admin')
    const stream = new ScopedStream(scope, uniqueName('s'))
    await admin.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(1) })
    return stream
  }

  it('let nobody in without credentials, or with wrong ones', async () => {
    const wrong = [undefined, basicCredentials('admin', 'wrong-one'), basicCredentials('ghost', 'wrong-one')]
    for (const credentials of wrong) {
      const config = resolveClientConfig({ ...optionsOf(engine, undefined), credentials, retry: { attempts: 1 } })
      const controller = createController(config)
      onTestFinished(() => controller.close())
      const error = await failure(controller.createScope(uniqueName('scope')))
      expect(error.code).toBe('UNAUTHENTICATED')
      expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain('wrong-one')
    }
  })

  it('see and make what their rules allow', async () => {
    const [mine, theirs, others] = await Promise.all(['mine', 'theirs', 'others'].map(newStream))
    if (mine === undefined || theirs === undefined || others === undefined) throw new Error('three streams were made')
    const { controller } = await clientOf(engine, 'scoped')
    expect((await listed(controller.listScopes())).sort()).toEqual(['mine', 'theirs'])
    expect((await listed(controller.listStreams('mine'))).map(String)).toContain(String(mine))
    expect((await listed(controller.listStreams('theirs'))).map(String)).toContain(String(theirs))
    expect(await controller.checkStreamExists(theirs)).toBe(true)
    await denied(() => controller.createScope(uniqueName('scope')))
    await denied(() => controller.deleteScope('mine'))
    await denied(() => listed(controller.listStreams('others')))
    await denied(() => controller.checkStreamExists(others))
    await denied(() => controller.getDelegationToken(others, 'read'))
    const configuration = await controller.getStreamConfiguration(theirs)
    for (const scope of ['theirs', 'others']) {
      await denied(() => controller.createStream(new ScopedStream(scope, uniqueName('s')), configuration))
    }
    expect(await controller.createStream(new ScopedStream('mine', uniqueName('s')), configuration)).toBe(true)
    await denied(() => controller.updateStream(theirs, configuration))
    await denied(() => controller.sealStream(theirs))
    await denied(() => controller.deleteStream(theirs))
    await denied(() => controller.createTransaction(theirs, 10_000))
    await denied(() => controller.getDelegationToken(theirs, 'readWrite'))
  })

  it('write and read events in a scope of their own', async () => {
    const stream = await newStream('mine')
    const factory = await clientOf(engine, 'scoped')
    await using writer = await factory.createEventWriter(stream, { serializer: utf8Serializer })
    for (const text of ['one', 'two']) void writer.writeEvent(text, { routingKey: 'key' })
    await writer.flush()
    await using transactional = await factory.createTransactionalEventWriter(stream, {
      serializer: utf8Serializer,
      leaseMs: 30_000,
    })
    const transaction = await transactional.begin()
    await transaction.writeEvent('three', { routingKey: 'key' })
    await transaction.commit()
    await using group = await factory.createReaderGroup(`mine/${uniqueName('group')}`, { streams: [stream] })
    await using reader = await group.createReader({ serializer: utf8Serializer })
    const texts: string[] = []
    for await (const { value } of reader.events({ acknowledgeOnBreak: true })) {
      texts.push(value)
      if (texts.length === 3) break
    }
    expect(texts).toEqual(['one', 'two', 'three'])
  })

  it('read, but do not write, where they may only read', async () => {
    const stream = await newStream('theirs')
    const admin = await clientOf(engine, 'admin')
    await using writer = await admin.createByteWriter(stream)
    await writer.write(Buffer.from('theirs'))
    await writer.flush()
    const scoped = await clientOf(engine, 'scoped')
    await using reader = await scoped.createByteReader(stream)
    const buffer = Buffer.alloc(6)
    for (let filled = 0; filled < 6; ) filled += await reader.read(buffer.subarray(filled))
    expect(buffer.toString()).toBe('theirs')
    expect((await scoped.streamManager().getStreamInfo(stream)).sizeBytes).toBe(6n)
    await denied(async () => {
      await using refused = await scoped.createByteWriter(stream)
      await refused.write(Buffer.from('mine'))
      await refused.flush()
    })
    await denied(async () => {
      await using refused = await scoped.createEventWriter(stream, { serializer: utf8Serializer })
      await refused.writeEvent('mine', { routingKey: 'key' })
    })
    await denied(() => scoped.createReaderGroup(`theirs/${uniqueName('group')}`, { streams: [stream] }))
  })

  it('read events of a stream that they may only read, with a group in a scope of their own', async () => {
    const stream = await newStream('theirs')
    const admin = await clientOf(engine, 'admin')
    await using writer = await admin.createEventWriter(stream, { serializer: utf8Serializer })
    await writer.writeEvent('theirs', { routingKey: 'key' })
    const scoped = await clientOf(engine, 'scoped')
    await using group = await scoped.createReaderGroup(`mine/${uniqueName('group')}`, { streams: [stream] })
    await using reader = await group.createReader({ serializer: utf8Serializer })
    for await (const { value } of reader.events({ acknowledgeOnBreak: true })) {
      expect(value).toBe('theirs')
      break
    }
  })

  it('have tables in a scope of their own', async () => {
    const factory = await clientOf(engine, 'scoped')
    const name = uniqueName('table')
    await using table = await factory.openTable({ scope: 'mine', name }, { key: utf8Codec, value: utf8Codec })
    await table.put('key', 'value')
    expect((await table.get('key'))?.value).toBe('value')
    await denied(() => factory.openTable({ scope: 'theirs', name }, { key: utf8Codec, value: utf8Codec }))
  })

  it('get tokens that allow no more than was asked for', async () => {
    const [stream, other] = [await newStream('mine'), await newStream('mine')]
    const { controller } = await clientOf(engine, 'scoped')
    const read = await controller.getDelegationToken(stream, 'read')
    const write = await controller.getDelegationToken(stream, 'readWrite')
    const segment = await segmentOf(controller, stream)
    const elsewhere = await segmentOf(controller, other)
    const setup = (name: ScopedSegment, delegationToken: string): Request => {
      return {
        command: 'SetupAppend',
        requestId: 1n,
        writerId: crypto.randomUUID(),
        segment: String(name),
        delegationToken,
      }
    }
    const info = (name: ScopedSegment, delegationToken: string): Request => {
      return { command: 'GetStreamSegmentInfo', requestId: 1n, segmentName: String(name), delegationToken }
    }
    expect(await ask(engine, controller, segment, setup(segment, write))).toMatchObject({ command: 'AppendSetup' })
    expect(await ask(engine, controller, segment, info(segment, read))).toMatchObject({ command: 'StreamSegmentInfo' })
    for (const request of [setup(segment, read), setup(elsewhere, write), info(elsewhere, write), info(segment, '')]) {
      expect(await ask(engine, controller, segment, request)).toMatchObject({
        command: 'AuthTokenCheckFailed',
        requestId: 1n,
        errorCode: 0,
      })
    }
  })

  it('are asked for over TLS only', async () => {
    const plain = {
      ...optionsOf(engine, 'admin'),
      tls: {},
      controllerUri: engine.controllerUri.replace('tls:', 'tcp:'),
    }
    const distrusting = { ...optionsOf(engine, 'admin'), tls: {} }
    for (const options of [plain, distrusting]) {
      const controller = createController(resolveClientConfig({ ...options, retry: { attempts: 1 } }))
      onTestFinished(() => controller.close())
      const { code } = await failure(controller.checkScopeExists('mine'))
      expect(['CONNECTION_FAILED', 'CONNECTION_LOST', 'UNAVAILABLE']).toContain(code)
    }
    const { controller } = await clientOf(engine, 'admin')
    const { host, port } = await controller.getEndpoint(await segmentOf(controller, await newStream('mine')))
    const socket = connect({ host, port, ca: engine.ca, servername: 'localhost' })
    onTestFinished(() => void socket.destroy())
    await once(socket, 'secureConnect')
    expect(socket.getProtocol()).toMatch(/^TLSv1\.[23]$/)
  })
})

async function segmentOf(controller: Controller, stream: ScopedStream): Promise<ScopedSegment> {
  const { segments } = await controller.getCurrentSegments(stream, { access: 'none' })
  const [only] = segments
  if (only === undefined) throw new Error(`${stream} has no segment`)
  return only.segment
}

/** Asks the segment store that serves a segment, on a connection of its own. */
async function ask(
  { ca }: SecuredEngine,
  controller: Controller,
  segment: ScopedSegment,
  request: Request,
): Promise<Reply | undefined> {
  const { host, port } = await controller.getEndpoint(segment)
  const socket = connect({ host, port, ca, servername: 'localhost' })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  socket.write(encodeFrame({ command: 'Hello', highVersion: 16, lowVersion: 5 }))
  socket.write(encodeFrame(request))
  const parser = new FrameParser()
  for await (const chunk of socket) {
    parser.push(chunk)
    for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
      const reply = decodePayload(frame.type, frame.payload)
      if (reply.command !== 'Hello') return reply as Reply
    }
  }
  return undefined
}

async function failure(call: Promise<unknown>): Promise<PravegaError> {
  try {
    await call
  } catch (error) {
    return PravegaError.from(error)
  }
  throw new Error('it was allowed')
}

async function denied(call: () => Promise<unknown>): Promise<void> {
  expect((await failure(call())).code).toBe('PERMISSION_DENIED')
}

async function listed<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of pages) all.push(one)
  return all
}
