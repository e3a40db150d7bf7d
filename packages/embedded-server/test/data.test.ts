import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EmbeddedServer, MemorySegmentStorage } from '../src/index.ts'
import { newDirectory } from './support/data-directory.ts'
import { connect, startServer } from './support/embedded-server.ts'
import { append, createSegment, readSegment, setupAppend, text } from './support/requests.ts'

const SEGMENT = 'a/b/0.#epoch.0'
const WRITER = '00000000-0000-4000-8000-000000000001'

/** Appends `data` under a number, and goes on where the server says that the writer is. */
async function write(server: EmbeddedServer, number: bigint, data: string): Promise<bigint> {
  const client = await connect(server)
  await client.ask(createSegment(1n, SEGMENT))
  client.send(setupAppend(2n, WRITER, SEGMENT))
  const { lastEventNumber } = await client.expect('AppendSetup')
  client.send(append(WRITER, number, data))
  await client.expect('DataAppended')
  return lastEventNumber
}

async function readAll(server: EmbeddedServer): Promise<string> {
  const client = await connect(server)
  client.send(readSegment(1n, SEGMENT, 0n))
  return text((await client.expect('SegmentRead')).data)
}

test.each(['close', 'kill'] as const)('a server goes on where the last one stopped by %s', async how => {
  const data = await newDirectory()
  const first = await startServer({ data })
  expect(first.recovery).toMatchObject({ segments: 0, cuts: [], removedFiles: [] })
  await write(first, 4n, 'hel')
  await write(first, 5n, 'lo ')
  await first[how]()
  const second = await startServer({ data })
  expect(second.recovery?.segments).toBe(1)
  expect(second.recovery?.scannedBytes === 0).toBe(how === 'close')
  expect(await write(second, 6n, 'world')).toBe(5n)
  expect(await readAll(second)).toBe('hello world')
})

test('a restart keeps the directory', async () => {
  const server = await startServer({ data: { directory: await newDirectory(), sync: 'never' } })
  await write(server, 1n, 'hello')
  await server.restart()
  expect(await readAll(server)).toBe('hello')
})

test('a directory that is in use is refused, and is free when its server is closed', async () => {
  const data = await newDirectory()
  const first = await startServer({ data })
  await expect(EmbeddedServer.start({ data })).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_IN_USE',
    message: expect.stringContaining(data),
  })
  await first.close()
  await startServer({ data })
})

test('when the server cannot start, the directory is free', async () => {
  const data = await newDirectory()
  const other = await startServer()
  const controllerPort = other.controllerEndpoint.port
  await expect(EmbeddedServer.start({ data, controllerPort })).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
  await startServer({ data })
})

test('options that do not go together, or are impossible, are refused', async () => {
  const data = await newDirectory()
  await expect(EmbeddedServer.start({ data, storage: new MemorySegmentStorage() })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('data and storage'),
  })
  await expect(EmbeddedServer.start({ data: { directory: data, fileBytes: 1 } })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('data.fileBytes is 1'),
  })
})

test('many readers of old data get what is there, whatever they take', async () => {
  const server = await startServer({ data: { directory: await newDirectory(), cacheBytes: 0, fileBytes: 65_536 } })
  const all = Array.from({ length: 100 }, (_, index) => String(index).repeat(3000)).join('')
  await write(server, 1n, all)
  const client = await connect(server)
  for (let request = 0; request < 50; request++)
    client.send(readSegment(BigInt(request), SEGMENT, BigInt(request * 1000), 50_000))
  for (let request = 0; request < 50; request++) {
    const reply = await client.expect('SegmentRead')
    expect([reply.requestId, reply.offset]).toEqual([BigInt(request), BigInt(request * 1000)])
    expect(text(reply.data)).toBe(all.slice(request * 1000, request * 1000 + 50_000))
  }
})

test('data that are damaged are told of, and the connection goes on', async () => {
  const data = await newDirectory()
  const first = await startServer({ data })
  await write(first, 1n, 'hello world')
  await first.close()
  const directory = join(data, 'segments')
  const [name = ''] = await readdir(directory)
  const path = join(directory, name)
  const bytes = await readFile(path)
  const last = bytes.byteLength - 1
  bytes[last] = (bytes[last] as number) ^ 1
  await writeFile(path, bytes)
  const second = await startServer({ data })
  const client = await connect(second)
  client.send(readSegment(1n, SEGMENT, 0n))
  const { message } = await client.expect('ErrorMessage')
  expect(message).toContain(path)
  await client.ask(createSegment(2n, 'a/b/1.#epoch.0'))
})
