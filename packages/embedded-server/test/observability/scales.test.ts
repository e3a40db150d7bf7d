import { ScalingPolicy, ScopedSegment, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { expect, test } from 'vitest'
import { type EmbeddedServer, TestClock } from '../../src/index.ts'
import { newDirectory } from '../support/data-directory.ts'
import { connect, controllerOf, startServer } from '../support/embedded-server.ts'
import { append } from '../support/requests.ts'
import { setUpWriter } from '../support/segment-store.ts'

const MINUTE = 60_000
const stream = new ScopedStream('shop', 'orders')
const segment = ScopedSegment.of('shop', 'orders', 0, 0).toString()
const http = { port: 0 }
/** Scales on command only. */
const autoScaling = { periodMs: 24 * 60 * MINUTE }

/** Counters of scales by name and labels, `pravega_` left out. */
async function scales(server: EmbeddedServer): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`http://127.0.0.1:${server.httpEndpoint?.port}/metrics`)).text()
  const lines = text.matchAll(/^pravega_(\w*scales_total\{.*\}) (\d+)$/gm)
  return Object.fromEntries([...lines].map(([, name = '', value]) => [name, Number(value)]))
}

const NONE = {
  'scales_total{cause="client",direction="up"}': 0,
  'scales_total{cause="client",direction="down"}': 0,
  'scales_total{cause="client",direction="even"}': 0,
  'scales_total{cause="policy",direction="up"}': 0,
  'scales_total{cause="policy",direction="down"}': 0,
  'scales_total{cause="policy",direction="even"}': 0,
  'refused_scales_total{cause="client"}': 0,
  'refused_scales_total{cause="policy"}': 0,
  'failed_scales_total{cause="client"}': 0,
  'failed_scales_total{cause="policy"}': 0,
}

/** Lets time go by in which so much comes to the first segment that its stream wants to be scaled. */
async function makeHot(server: EmbeddedServer, clock: TestClock): Promise<void> {
  const client = await connect(server)
  const writerId = await setUpWriter(client, segment)
  clock.advance(10 * MINUTE)
  const numEvents = 60_000
  await client.ask(append(writerId, BigInt(numEvents), 'x', { numEvents }))
  clock.advance(5_000)
}

test('those of the policy are counted apart from those by call, on beyond a restart', async () => {
  const clock = new TestClock()
  const server = await startServer({ clock, http, autoScaling })
  expect(await scales(server)).toEqual(NONE)
  const controller = controllerOf(server)
  await controller.createScope('shop')
  await controller.createStream(stream, streamConfiguration({ scaling: ScalingPolicy.byEventRate(10, 2, 1) }))
  await makeHot(server, clock)
  await server.controller.runScaling()
  const afterSplit = { ...NONE, 'scales_total{cause="policy",direction="up"}': 1 }
  expect(await scales(server)).toEqual(afterSplit)
  clock.advance(20 * MINUTE)
  await server.controller.runScaling()
  const afterMerge = { ...afterSplit, 'scales_total{cause="policy",direction="down"}': 1 }
  expect(await scales(server)).toEqual(afterMerge)

  const active = async (): Promise<readonly bigint[]> =>
    (await controller.getCurrentSegments(stream)).segments.map(one => one.segment.segmentId)
  const whole = [{ low: 0, high: 1 }]
  const parts = [
    { low: 0, high: 0.3 },
    { low: 0.3, high: 1 },
  ]
  await controller.updateStream(stream, streamConfiguration({ scaling: ScalingPolicy.fixed(2) }))
  await controller.scaleStreamAndWait(stream, await active(), parts)
  await expect(controller.scaleStream(stream, await active(), whole)).rejects.toMatchObject({ code: 'SCALE_REFUSED' })
  await expect(controller.scaleStream(new ScopedStream('shop', 'no'), [0n], whole)).rejects.toThrow()
  await server.restart()
  expect(await scales(server)).toEqual({
    ...afterMerge,
    'scales_total{cause="client",direction="up"}': 1,
    'scales_total{cause="client",direction="even"}': 1,
    'refused_scales_total{cause="client"}': 2,
  })
})

test('what a policy asks for in vain is counted', async () => {
  const clock = new TestClock()
  const server = await startServer({ clock, http, autoScaling })
  const controller = controllerOf(server)
  await controller.createScope('shop')
  // As many segments as a stream may have.
  const scaling = ScalingPolicy.byEventRate(10, 2, 10_000)
  await controller.createStream(stream, streamConfiguration({ scaling }))
  await makeHot(server, clock)
  await server.controller.runScaling()
  expect(await scales(server)).toEqual({ ...NONE, 'refused_scales_total{cause="policy"}': 1 })
})

test('one that breaks off is counted as failed', async () => {
  const server = await startServer({ http, data: await newDirectory(), clock: new TestClock() })
  const controller = controllerOf(server)
  await controller.createScope('shop')
  await controller.createStream(stream, streamConfiguration())
  server.faults.onDisk({ code: 'ENOSPC' })
  await expect(controller.scaleStream(stream, [0n], [{ low: 0, high: 1 }])).rejects.toThrow()
  expect(await scales(server)).toEqual({ ...NONE, 'failed_scales_total{cause="client"}': 1 })
})
