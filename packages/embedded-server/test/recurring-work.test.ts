import type { Controller } from '@pravega-ts/controller-client'
import { RetentionPolicy, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedServer, type EmbeddedServerOptions, TestClock } from '../src/index.ts'
import { connect, controllerOf, startServer } from './support/embedded-server.ts'
import { append, readSegment } from './support/requests.ts'
import { setUpWriter } from './support/segment-store.ts'

const stream = new ScopedStream('examples', 'bytes')
const segment = 'examples/bytes/0.#epoch.0'
const PERIODS = { retentionPeriodMs: 60_000, watermarkPeriodMs: 5_000 }

let server: EmbeddedServer
let controller: Controller
let clock: TestClock

async function start(options: EmbeddedServerOptions = PERIODS): Promise<void> {
  clock = new TestClock()
  server = await startServer({ clock, ...options })
  controller = controllerOf(server, { retry: {} })
  await controller.createScope(stream.scope)
  await controller.createStream(stream, streamConfiguration({ retention: RetentionPolicy.bySize(5) }))
}

async function head(): Promise<bigint | undefined> {
  return (await controller.getHeadSegments(stream))[0]?.offset
}

describe('with a clock of its own, a server', () => {
  beforeEach(() => start())

  test('drops data when retention comes round', async () => {
    const client = await connect(server)
    const writerId = await setUpWriter(client, segment)
    await client.ask(append(writerId, 1n, 'hello'))
    clock.advance(60_000)
    await server.controller.settled()
    await client.ask(append(writerId, 2n, 'world'))
    expect(await head()).toBe(0n)
    clock.advance(60_000)
    await server.controller.settled()
    expect(await head()).toBe(5n)
    expect(await client.ask(readSegment(1n, segment, 0n))).toMatchObject({
      command: 'SegmentIsTruncated',
      startOffset: 5n,
    })
  })

  test('lets readers of watermarks wait for them', async () => {
    const client = await connect(server)
    client.send(readSegment(1n, 'examples/_MARKbytes/0.#epoch.0', 0n))
    await controller.noteTimestampFromWriter(stream, 'w', 1000, new Map([[0n, 5n]]))
    clock.advance(5_000)
    const { data } = await client.expect('SegmentRead')
    expect(Buffer.from(data).toString('hex')).toBe(
      '00000000000000410000010000000039' +
        '00000000000003e800000000000003e801' +
        '0000010000000018000000000000000000000000000000003ff00000000000000000000000000005',
    )
  })

  test('comes round after a restart, too', async () => {
    await controller.noteTimestampFromWriter(stream, 'w', 1000, new Map([[0n, 5n]]))
    await server.restart()
    clock.advance(5_000)
    await server.controller.settled()
    const client = await connect(server)
    expect(await client.ask(readSegment(1n, 'examples/_MARKbytes/0.#epoch.0', 0n))).toMatchObject({
      command: 'SegmentRead',
    })
  })
})

test('what comes round can be run on command', async () => {
  await start()
  const client = await connect(server)
  const writerId = await setUpWriter(client, segment)
  for (const [number, expected] of [
    [1n, 0n],
    [2n, 5n],
  ] as const) {
    await client.ask(append(writerId, number, 'hello'))
    await server.controller.runRetention()
    expect(await head()).toBe(expected)
  }
  await controller.noteTimestampFromWriter(stream, 'w', 1000, new Map([[0n, 5n]]))
  await server.controller.runWatermarks()
  const answer = await client.ask(readSegment(1n, 'examples/_MARKbytes/0.#epoch.0', 0n))
  expect(answer).toMatchObject({ command: 'SegmentRead' })
})

test('a closed server does nothing on command', async () => {
  await start()
  await server.close()
  for (const run of [server.controller.runRetention, server.controller.runWatermarks, server.controller.settled]) {
    await expect(run()).rejects.toMatchObject({ code: 'CLOSED' })
  }
})

test.each([0, -1, Number.NaN])('a period of %s ms is refused', async periodMs => {
  for (const options of [{ retentionPeriodMs: periodMs }, { watermarkPeriodMs: periodMs }]) {
    await expect(EmbeddedServer.start(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
})
