import { ScopedSegment, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { describe, expect, test } from 'vitest'
import { type EmbeddedServer, TestClock } from '../src/index.ts'
import { newDirectory } from './support/data-directory.ts'
import { connect, controllerOf, startServer } from './support/embedded-server.ts'
import { CLOSED, type RawClient } from './support/raw-client.ts'
import { append, createSegment, readSegment, setupAppend, text } from './support/requests.ts'

const stream = new ScopedStream('examples', 'bytes')
const segment = String(ScopedSegment.of(stream.scope, stream.stream, 0, 0))
const writerId = '00000000-0000-0000-0000-000000000001'
/** A client may begin with a connection that was cut, and has not noticed. */
const AFTER_A_CUT = { retry: { attempts: 5 } }

async function start() {
  const directory = await newDirectory()
  const clock = new TestClock()
  const server = await startServer({ data: directory, clock })
  const controller = controllerOf(server)
  await controller.createScope(stream.scope)
  await controller.createStream(stream, streamConfiguration())
  return { server, clock, controller, directory }
}

/** A writer that has two events acknowledged. */
async function writer(server: EmbeddedServer): Promise<RawClient> {
  const client = await connect(server)
  client.send(setupAppend(1n, writerId, segment))
  await client.expect('AppendSetup')
  for (const [number, data] of [
    [1n, 'one '],
    [2n, 'two '],
  ] as const) {
    client.send(append(writerId, number, data))
    expect(await client.expect('DataAppended')).toMatchObject({ eventNumber: number })
  }
  return client
}

function recovered(server: EmbeddedServer): Promise<void> {
  return expect.poll(() => server.storageCondition.name).toBe('working')
}

describe.each([
  { operation: 'write', code: 'ENOSPC', reason: /ENOSPC/ },
  { operation: 'sync', code: 'EIO', reason: /EIO/ },
] as const)('when a $operation fails', ({ operation, code, reason }) => {
  test('nothing is acknowledged, every request is answered with the reason, and the server goes on by itself', async () => {
    const { server, clock, controller } = await start()
    const client = await writer(server)
    const failure = server.faults.onDisk({ operation, code })
    client.send(append(writerId, 3n, 'three '))
    expect(await client.next()).toBe(CLOSED)
    expect(server.storageCondition).toMatchObject({ name: 'failed', reason: expect.stringMatching(reason) })

    const refused = { command: 'ErrorMessage', errorCode: -1, message: expect.stringMatching(reason) }
    for (const request of [
      setupAppend(7n, writerId, segment),
      readSegment(7n, segment, 0n),
      createSegment(7n, 'a/b/0'),
    ]) {
      const visitor = await connect(server)
      expect(await visitor.ask(request)).toMatchObject({ ...refused, requestId: 7n })
      expect(await visitor.next()).toBe(CLOSED)
    }
    await expect(controller.getCurrentSegments(stream)).rejects.toThrow(reason)
    await expect(controller.createScope('another')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(server.restart()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringMatching(reason),
    })

    for (let attempts = 1; attempts <= 3; attempts++) {
      clock.advance(10_000)
      await expect.poll(() => server.storageCondition).toMatchObject({ name: 'failed', attempts })
    }
    failure.remove()
    clock.advance(10_000)
    await recovered(server)

    const again = await connect(server)
    const { lastEventNumber } = (await again.ask(setupAppend(8n, writerId, segment))) as { lastEventNumber: bigint }
    // The third one may have come as far as the disk.
    expect([2n, 3n]).toContain(lastEventNumber)
    again.send(append(writerId, lastEventNumber + 1n, 'more '))
    expect(await again.expect('DataAppended')).toMatchObject({ eventNumber: lastEventNumber + 1n })
    again.send(readSegment(9n, segment, 0n))
    expect(text((await again.expect('SegmentRead')).data)).toBe(
      `one two ${lastEventNumber === 3n ? 'three ' : ''}more `,
    )
    expect(await controllerOf(server, AFTER_A_CUT).createScope('another')).toBe(true)
  })

  test('close works meanwhile, and the data are what was acknowledged', async () => {
    const { server, directory } = await start()
    const client = await writer(server)
    server.faults.onDisk({ operation, code })
    client.send(append(writerId, 3n, 'three '))
    expect(await client.next()).toBe(CLOSED)
    await server.close()
    const next = await startServer({ data: directory })
    const reader = await connect(next)
    reader.send(readSegment(1n, segment, 0n))
    expect(text((await reader.expect('SegmentRead')).data)).toMatch(/^one two (three )?$/)
  })
})

test('what the controller could not write is refused, and not there afterwards', async () => {
  const { server, clock, controller } = await start()
  const failure = server.faults.onDisk({ path: 'keys' })
  await expect(controller.createScope('another')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/ENOSPC/),
  })
  failure.remove()
  clock.advance(100)
  await recovered(server)
  const again = controllerOf(server, AFTER_A_CUT)
  expect(await again.checkScopeExists('another')).toBe(false)
  expect(await again.checkStreamExists(stream)).toBe(true)
})
