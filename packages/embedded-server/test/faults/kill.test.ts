import { ScopedSegment, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/index.ts'
import { newDirectory } from '../support/data-directory.ts'
import { connect, controllerOf, startServer } from '../support/embedded-server.ts'
import { CLOSED, type RawClient } from '../support/raw-client.ts'
import { append, readSegment, setupAppend, text } from '../support/requests.ts'
import { setUpWriter } from '../support/segment-store.ts'

const stream = new ScopedStream('shop', 'orders')
const segment = ScopedSegment.of('shop', 'orders', 0, 0).toString()

/** A stream with one event, and the writer of it. */
async function withEvent(server: EmbeddedServer): Promise<{ client: RawClient; writerId: string }> {
  const controller = controllerOf(server, { retry: {} })
  await controller.createScope('shop')
  await controller.createStream(stream, streamConfiguration())
  const client = await connect(server)
  const writerId = await setUpWriter(client, segment)
  await client.ask(append(writerId, 1n, 'kept'))
  return { client, writerId }
}

async function read(server: EmbeddedServer): Promise<string> {
  const client = await connect(server)
  client.send(readSegment(1n, segment, 0n))
  return text((await client.expect('SegmentRead')).data)
}

test('a killed server leaves everything behind that it has acknowledged', async () => {
  const data = await newDirectory()
  const server = await startServer({ data })
  const { client, writerId } = await withEvent(server)
  const ports = { controllerPort: server.controllerEndpoint.port, segmentStorePort: server.segmentStoreEndpoint.port }
  await client.ask(append(writerId, 2n, ', too'))
  await server.kill()
  expect(await client.untilClosed()).toEqual([])
  const next = await startServer({ ...ports, data })
  expect(await read(next)).toBe('kept, too')
  expect(await controllerOf(next, { retry: {} }).checkStreamExists(stream)).toBe(true)
})

test('what was not acknowledged when a server was killed may be gone, and is not there in part', async () => {
  const server = await startServer({ data: await newDirectory() })
  const { client, writerId } = await withEvent(server)
  // The disk takes its time, so that nothing is acknowledged before the kill.
  const rule = server.faults.onDisk({ operation: 'sync', delayMs: 20 })
  const slow = rule.nextHit()
  for (let number = 2n; number <= 50n; number++) client.send(append(writerId, number, 'x'.repeat(1000)))
  await slow
  await server.restart({ kill: true })
  rule.remove()
  const acknowledged = await client.untilClosed()
  expect(acknowledged).toEqual([])
  const again = await connect(server)
  const { lastEventNumber } = (await again.ask(setupAppend(1n, writerId, segment))) as { lastEventNumber: bigint }
  expect((await read(server)).length).toBe(4 + (Number(lastEventNumber) - 1) * 1000)
})

test('a restart after a kill keeps ports and faults, and recovers what is on the disk', async () => {
  const server = await startServer({ data: await newDirectory() })
  await withEvent(server)
  const before = [server.controllerUri, server.segmentStoreEndpoint]
  const rule = server.faults.on('ReadSegment', { nth: 1, answer: 'WrongHost' })
  const first = server.recovery
  await server.restart({ kill: true })
  expect([server.controllerUri, server.segmentStoreEndpoint]).toEqual(before)
  expect(server.recovery).not.toBe(first)
  expect(server.recovery).toMatchObject({ segments: 2 })
  const client = await connect(server)
  expect(await client.ask(readSegment(1n, segment, 0n))).toMatchObject({ command: 'WrongHost' })
  expect(rule.hits).toBe(1)
  expect(await read(server)).toBe('kept')
})

test('in memory, nothing is left of a killed server', async () => {
  const server = await startServer()
  await withEvent(server)
  await server.restart({ kill: true })
  const controller = controllerOf(server, { retry: {} })
  expect(await controller.createScope('shop')).toBe(true)
  expect(await controller.checkStreamExists(stream)).toBe(false)
})

test('a kill in the midst of everything is told of, and nothing else is', async () => {
  const lines: string[] = []
  const note = (message: string): void => void lines.push(message)
  const logger = { trace() {}, debug() {}, info: note, warn: note, error: note, fatal: note }
  const data = await newDirectory()
  const server = await startServer({ data, logger })
  const { client, writerId } = await withEvent(server)
  lines.length = 0
  const slow = server.faults.onDisk({ operation: 'sync', delayMs: 20 }).nextHit()
  const controller = controllerOf(server, { retry: {} })
  const calls = Array.from({ length: 5 }, (_, index) => controller.createScope(`s${index}`).catch(() => {}))
  const transactions = Array.from({ length: 5 }, () => controller.createTransaction(stream, 30_000).catch(() => {}))
  for (let number = 2n; number <= 20n; number++) client.send(append(writerId, number, 'x'))
  await slow
  await server.kill()
  await controller.close()
  await Promise.all([...calls, ...transactions])
  expect(lines.filter(line => line !== 'scope created')).toEqual(['server killed'])
  expect(await read(await startServer({ data }))).toMatch(/^keptx*$/)
})

test('a kill waits for nobody, may be asked for twice, and is an end', async () => {
  const server = await startServer({ data: await newDirectory() })
  const { client } = await withEvent(server)
  server.faults.on('KeepAlive', { delayMs: 3_600_000 })
  server.faults.onController('createScope', { drop: true })
  client.send({ command: 'KeepAlive' })
  const killed = server.kill()
  expect(server.kill()).toBe(killed)
  await killed
  expect(await client.next()).toBe(CLOSED)
  await server.close()
  await expect(server.restart()).rejects.toMatchObject({ code: 'CLOSED' })
})

test('a kill while a server restarts ends it', async () => {
  const data = await newDirectory()
  const server = await startServer({ data })
  await withEvent(server)
  const restarted = server.restart({ kill: true })
  await Promise.all([server.kill(), restarted.catch(() => {})])
  expect(await read(await startServer({ data }))).toBe('kept')
})
