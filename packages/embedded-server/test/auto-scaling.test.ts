import { silentLogger } from '@pravega-ts/config'
import type { Controller } from '@pravega-ts/controller-client'
import { ScalingPolicy, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { beforeEach, describe, expect, test } from 'vitest'
import { EmbeddedServer, type EmbeddedServerOptions, TestClock } from '../src/index.ts'
import { connect, controllerOf, startServer } from './support/embedded-server.ts'
import type { RawClient } from './support/raw-client.ts'
import { append } from './support/requests.ts'
import { setUpWriter } from './support/segment-store.ts'

const MINUTE = 60_000
const stream = new ScopedStream('examples', 'busy')

let clock: TestClock
let server: EmbeddedServer
let controller: Controller
let client: RawClient

async function start(policy: ScalingPolicy, options: EmbeddedServerOptions = {}): Promise<void> {
  clock = new TestClock()
  server = await startServer({ clock, ...options })
  controller = controllerOf(server, { retry: {} })
  await controller.createScope(stream.scope)
  await controller.createStream(stream, streamConfiguration({ scaling: policy }))
  client = await connect(server)
}

async function update(scaling: ScalingPolicy): Promise<void> {
  await controller.updateStream(stream, streamConfiguration({ scaling }))
}

/** Active segments as their ranges. */
async function ranges(): Promise<readonly string[]> {
  const { segments } = await controller.getCurrentSegments(stream)
  return segments.map(({ range: { low, high } }) => `${low}-${high}`)
}

/** Lets minutes go by, with so many events of so many bytes in each segment in each second. */
async function minutes(count: number, events: number, bytes = 10): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    if (events > 0) {
      const { segments } = await controller.getCurrentSegments(stream)
      for (const { segment } of segments) {
        const writer = await setUpWriter(client, segment.toString())
        const numEvents = events * 60
        await client.ask(append(writer, BigInt(numEvents), new Uint8Array(bytes * 60), { numEvents }))
      }
    }
    clock.advance(MINUTE)
    await server.controller.settled()
  }
}

describe('a stream with a policy by rate', () => {
  const policy = ScalingPolicy.byEventRate(10, 4, 1)

  test('grows when it is busy and shrinks when it is not', async () => {
    await start(policy)
    await minutes(9, 35)
    expect(await ranges()).toEqual(['0-1'])
    await minutes(1, 35)
    expect(await ranges()).toHaveLength(3)
    await minutes(12, 9)
    expect(await ranges()).toHaveLength(3)
    await minutes(45, 1)
    expect(await ranges()).toEqual(['0-1'])
  })

  test('grows by bytes when it is so configured', async () => {
    await start(ScalingPolicy.byDataRate(10, 2, 1))
    await minutes(12, 1000, 9 * 1024)
    expect(await ranges()).toEqual(['0-1'])
    await minutes(12, 1, 11 * 1024)
    expect(await ranges()).toEqual(['0-0.5', '0.5-1'])
  })

  test('shrinks when nothing is written to it at all, and costs no timer after that', async () => {
    await start(ScalingPolicy.byEventRate(10, 4, 4))
    await minutes(30, 0)
    expect(await ranges()).toHaveLength(4)
    expect(clock.timers).toBe(0)
    await update(policy)
    expect(clock.timers).toBe(1)
    await minutes(19, 0)
    expect(await ranges()).toHaveLength(2)
    await minutes(30, 0)
    expect(await ranges()).toEqual(['0-1'])
    expect(clock.timers).toBe(0)
  })

  test('keeps the least number of segments', async () => {
    await start(ScalingPolicy.byEventRate(10, 4, 3))
    await minutes(60, 1)
    expect(await ranges()).toHaveLength(3)
  })

  test('is scaled by the policy that it has now', async () => {
    await start(ScalingPolicy.byEventRate(1000, 2, 1))
    await minutes(12, 50)
    expect(await ranges()).toHaveLength(1)
    await update(ScalingPolicy.byEventRate(10, 2, 1))
    await minutes(2, 50)
    expect(await ranges()).toHaveLength(2)
    await update(ScalingPolicy.fixed(2))
    await minutes(12, 50)
    expect(await ranges()).toHaveLength(2)
  })

  test('is measured anew after a restart', async () => {
    await start(policy)
    await minutes(9, 50)
    await server.restart()
    client = await connect(server)
    await minutes(9, 50)
    expect(await ranges()).toHaveLength(1)
    await minutes(3, 50)
    expect(await ranges()).toHaveLength(4)
  })

  test('is scaled on command, and the log says so', async () => {
    const lines: (readonly [string, unknown])[] = []
    const logger = { ...silentLogger, info: (message: string, fields?: unknown) => void lines.push([message, fields]) }
    await start(policy, { logger, autoScaling: { periodMs: 24 * 60 * MINUTE } })
    await minutes(12, 50)
    expect(await ranges()).toHaveLength(1)
    await server.controller.runScaling()
    expect(await ranges()).toHaveLength(4)
    const fields = { what: 'examples/busy', sealed: ['0'], created: 4, epoch: 1 }
    expect(lines).toContainEqual(['stream was scaled by its rates', fields])
  })

  test('stays as it is when the server does not scale', async () => {
    await start(policy, { autoScaling: false })
    await minutes(12, 50)
    await server.controller.runScaling()
    expect(await ranges()).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })

  test('is scaled in seconds when minutes are short', async () => {
    await start(policy, { autoScaling: { minuteMs: 1000 } })
    for (let second = 0; second < 12; second++) {
      const [segment] = (await controller.getCurrentSegments(stream)).segments
      const writer = await setUpWriter(client, segment?.segment.toString() ?? '')
      await client.ask(append(writer, 50n, 'x', { numEvents: 50 }))
      clock.advance(1000)
      await server.controller.settled()
    }
    expect(await ranges()).toHaveLength(4)
  })
})

test('a server that is closed leaves no timer behind', async () => {
  await start(ScalingPolicy.byEventRate(10, 4, 1))
  await minutes(3, 50)
  const writer = await setUpWriter(client, 'examples/busy/0.#epoch.0')
  await client.ask(append(writer, 1n, 'x'))
  expect(clock.timers).toBe(2)
  await server.close()
  expect(clock.timers).toBe(0)
})

describe('the times of scaling', () => {
  beforeEach(() => {
    clock = new TestClock()
  })

  test.each(['minuteMs', 'periodMs', 'cooldownMs', 'muteMs', 'coldAfterMs'])(
    '%s is refused when it is none',
    async name => {
      for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(EmbeddedServer.start({ autoScaling: { [name]: ms } })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining(`autoScaling.${name} is ${ms}`),
        })
      }
    },
  )
})
