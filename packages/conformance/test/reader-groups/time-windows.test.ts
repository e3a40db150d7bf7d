import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { expect, it } from 'vitest'
import { describeEngines, type Engine } from '../../src/engine.ts'
import { EventScene } from '../events/event-scene.ts'

/** Milliseconds within which real Pravega comes by a stream twice. */
const TWO_ROUNDS = 25_000
const QUICKLY = { timeout: TWO_ROUNDS, interval: 250 }

/** A server on which a case can have a round of watermarks, or wait for one. */
interface Rounds extends AsyncDisposable {
  readonly controllerUri: string
  round(): Promise<void>
}

async function rounds(engine: Engine): Promise<Rounds> {
  if (engine.name === 'pravega') {
    return { controllerUri: engine.controllerUri, round: async () => {}, [Symbol.asyncDispose]: async () => {} }
  }
  const server = await EmbeddedServer.start({ watermarkPeriodMs: 3_600_000 })
  return {
    controllerUri: server.controllerUri,
    round: () => server.controller.runWatermarks(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

describeEngines('time windows', engine => {
  it('move as a group passes watermarks, and know no upper bound at the tail', {
    timeout: 4 * TWO_ROUNDS,
  }, async () => {
    await using server = await rounds(engine)
    await using scene = await EventScene.open(server, 'time-windows')
    const stream = await scene.stream(2)
    await using group = await scene.group([stream])
    await using reader = await scene.reader(group, { readerId: 'asks' })
    await using other = await scene.reader(group, { readerId: 'other' })
    const lower = async (): Promise<bigint | undefined> => (await reader.currentTimeWindow(stream)).lower
    const upper = async (): Promise<bigint | undefined> => (await reader.currentTimeWindow(String(stream))).upper
    expect(await reader.currentTimeWindow(stream)).toEqual({ lower: undefined, upper: undefined })

    const first = await scene.writer(stream, { writerId: 'first' })
    const second = await scene.writer(stream, { writerId: 'second' })
    const write = async (count: number, timestamp: number): Promise<void> => {
      for (const writer of [first, second]) {
        for (let n = 0; n < count; n++) void writer.writeEvent(`${timestamp}`, { routingKey: `${n}` })
        await writer.flush()
      }
      await Promise.all([first.noteTime(timestamp), second.noteTime(timestamp + 1)])
      await server.round()
    }
    await write(20, 1_000)
    await expect.poll(upper, QUICKLY).toBe(1_001n)
    expect(await lower()).toBeUndefined()

    const read = async (count: number): Promise<void> => {
      let left = count
      const stop = new AbortController()
      const all = [reader, other].map(async one => {
        for await (const _ of one.events({ signal: stop.signal })) if (--left === 0) stop.abort()
      })
      const ends = await Promise.allSettled(all)
      for (const end of ends) expect(end).toMatchObject({ reason: { code: 'ABORTED' } })
    }
    await read(40)
    await expect.poll(lower, QUICKLY).toBe(1_000n)
    expect(await upper()).toBeUndefined()

    await write(20, 2_000)
    await expect.poll(upper, QUICKLY).toBe(2_001n)
    expect(await lower()).toBe(1_000n)
    await read(40)
    await expect.poll(lower, QUICKLY).toBe(2_000n)
    expect(await upper()).toBeUndefined()
  })
})
