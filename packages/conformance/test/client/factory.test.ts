import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ClientFactory, PravegaError, ScopedSegment, ScopedStream } from '@pravega-ts/client'
import { resolveClientConfig } from '@pravega-ts/config'
import { createController } from '@pravega-ts/controller-client'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Leaves everything open and closes only the factory; then nothing may hold the process, and nothing may be lost. */
const PROGRAM = `
import { ClientFactory } from '@pravega-ts/client'
const [uri, stream] = process.argv.slice(1)
const factory = await ClientFactory.create(uri)
const reader = await factory.createByteReader(stream)
const waiting = reader.read(Buffer.alloc(100_000)).then(n => n, error => error.code)
const writer = await factory.createByteWriter(stream)
writer.write(Buffer.alloc(3_000_000, 'x'))
await factory.close()
await factory.close()
console.log(JSON.stringify({ waiting: await waiting, write: await writer.write(Buffer.alloc(1)).catch(e => e.code) }))
`

async function freshStream(factory: ClientFactory): Promise<ScopedStream> {
  const stream = new ScopedStream(uniqueName('factory'), 'bytes')
  await factory.streamManager().createScope(stream.scope)
  await factory.streamManager().createStream(stream)
  return stream
}

describeEngines('ClientFactory', engine => {
  it('drains what it has made when it is closed, and lets the process end', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = await freshStream(factory)
    const args = ['--input-type=module', '-e', PROGRAM, engine.controllerUri, stream.toString()]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: here, timeout: 30_000 })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ write: 'CLOSED' })
    expect((await factory.streamManager().getStreamInfo(stream)).sizeBytes).toBe(3_000_000n)
  })

  it('takes a stream or a segment, as a noun or as text', async () => {
    await using factory = await ClientFactory.create({ controllerUri: engine.controllerUri })
    const stream = await freshStream(factory)
    const segment = ScopedSegment.of(stream.scope, stream.stream, 0, 0)
    for (const target of [stream, stream.toString(), segment, segment.toString()]) {
      await using writer = await factory.createByteWriter(target)
      await writer.write(Buffer.from('.'))
      await writer.flush()
    }
    for (const target of [stream, stream.toString(), segment, segment.toString()]) {
      await using reader = await factory.createByteReader(target)
      expect(await reader.currentTail()).toBe(4n)
    }
  })

  it('leaves a controller open that it was given', async () => {
    const controller = createController(resolveClientConfig(engine.controllerUri))
    try {
      const factory = await ClientFactory.create(engine.controllerUri, { controller })
      const stream = await freshStream(factory)
      await factory.close()
      expect(await controller.checkStreamExists(stream)).toBe(true)
    } finally {
      await controller.close()
    }
  })

  it('does nothing more once it is closed', async () => {
    const factory = await ClientFactory.create(engine.controllerUri)
    const stream = await freshStream(factory)
    await factory.close()
    for (const call of [
      () => factory.createByteWriter(stream),
      () => factory.createByteReader(stream),
      () => factory.streamManager().createScope('too-late'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'CLOSED' })
    }
  })

  it('ends calls at their deadline and at an abort', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = await freshStream(factory)
    const manager = factory.streamManager()
    await expect(manager.getStreamInfo(stream, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    await expect(factory.createByteReader(stream, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    await expect(manager.truncateStreamToTail(stream, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
  })

  it('refuses targets that are none', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    for (const target of ['no-slash', 'a/b/c/d', 'a/b/x']) {
      await expect(factory.createByteWriter(target)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    const missing = await factory.createByteWriter(`${uniqueName('absent')}/bytes`).catch(error => error)
    expect(PravegaError.is(missing, 'STREAM_NOT_FOUND')).toBe(true)
  })
})
