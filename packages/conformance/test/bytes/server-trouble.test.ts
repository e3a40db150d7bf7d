import { createHash, randomFillSync } from 'node:crypto'
import { type ByteReader, type ByteWriter, ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { expect, it } from 'vitest'

// Troubles that only the embedded server can have on command.

const NAME = 'trouble/bytes'

async function setUp(): Promise<
  AsyncDisposable & { server: EmbeddedServer; writer: ByteWriter; reader: ByteReader; segment: string }
> {
  const server = await EmbeddedServer.start()
  const factory = await ClientFactory.create({ controllerUri: server.controllerUri, timeouts: { requestMs: 1_000 } })
  await factory.streamManager().createScope('trouble')
  await factory.streamManager().createStream(NAME)
  const writer = await factory.createByteWriter(NAME)
  const reader = await factory.createByteReader(NAME)
  return {
    server,
    writer,
    reader,
    segment: String(writer.segment),
    async [Symbol.asyncDispose]() {
      server.faults.clear()
      await factory.close({ force: true })
      await server.close()
    },
  }
}

async function digest(reader: ByteReader): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of reader) hash.update(piece)
  return hash.digest('hex')
}

it('a server that is started anew while bytes are written and read: none lost, none twice', async () => {
  await using scene = await setUp()
  const { server, writer, reader } = scene
  const reading = digest(reader)
  const sent = createHash('sha256')
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 20; n++) {
      const block = randomFillSync(Buffer.alloc(100_000))
      sent.update(block)
      await writer.write(block)
    }
    await server.restart()
  }
  await writer.seal()
  expect(await reading).toBe(sent.digest('hex'))
})

it('a server that answers nothing: calls end at their deadline, and all goes on when it answers again', async () => {
  await using scene = await setUp()
  const { server, writer, reader } = scene
  await writer.write(Buffer.from('before '))
  await writer.flush()
  server.faults.freeze()
  await writer.write(Buffer.from('while'))
  const late = { code: 'DEADLINE_EXCEEDED', message: expect.stringContaining(scene.segment) }
  await expect(writer.flush({ timeoutMs: 50 })).rejects.toMatchObject(late)
  await expect(reader.read(Buffer.alloc(10), { timeoutMs: 50 })).rejects.toMatchObject(late)
  await expect(reader.currentTail({ timeoutMs: 50 })).rejects.toMatchObject(late)
  server.faults.unfreeze()
  await writer.flush()
  await writer.seal()
  const content: Uint8Array[] = []
  for await (const piece of reader) content.push(Uint8Array.from(piece))
  expect(Buffer.concat(content).toString()).toBe('before while')
})

it('a segment that is said to be elsewhere is looked for again, by writers and readers', async () => {
  await using scene = await setUp()
  const { server, writer, reader } = scene
  using setup = server.faults.on('SetupAppend', { times: 2, answer: 'WrongHost' })
  using read = server.faults.on('ReadSegment', { times: 2, answer: 'WrongHost' })
  using info = server.faults.on('GetStreamSegmentInfo', { times: 2, answer: 'WrongHost' })
  await writer.write(Buffer.from('abc'))
  await writer.flush()
  expect(await reader.read(Buffer.alloc(10))).toBe(3)
  expect(await reader.currentTail()).toBe(3n)
  expect([setup.hits, read.hits, info.hits]).toEqual([2, 2, 2])
})

it.each(['drop', 'cut'] as const)('acknowledgements that do not come (%s): nothing is doubled', async how => {
  await using scene = await setUp()
  const { server, writer, reader } = scene
  using lost = server.faults.on('DataAppended', { nth: 2, times: 3, [how]: true })
  // Nobody can tell a lost answer from a slow one, unless the connection goes too.
  const cutting = (async (): Promise<void> => {
    while (lost.hits < 3) {
      await lost.nextHit()
      if (how === 'drop') server.faults.cutAll()
    }
  })()
  const sent = createHash('sha256')
  for (let n = 0; n < 10; n++) {
    const block = randomFillSync(Buffer.alloc(50_000))
    sent.update(block)
    await writer.write(block)
    await writer.flush()
  }
  await cutting
  await writer.seal()
  expect(await digest(reader)).toBe(sent.digest('hex'))
})
