import { ScalingPolicy, ScopedStream, utf8Codec, utf8Serializer } from '@pravega-ts/client'
import { type Logger, silentLogger } from '@pravega-ts/config'
import { EmbeddedServer, TestClock } from '@pravega-ts/embedded-server'
import { expect, it } from 'vitest'
import { uniqueName } from '../../src/engine.ts'
import { clientOf, securedOptions } from './secured-engine.ts'

const LIFETIME_MS = 600_000
const ROUNDS = 4
const EVENTS = 50

it('writers, readers and tables go on when their tokens have expired', async () => {
  const clock = new TestClock()
  const reasons: unknown[] = []
  const note = (_: string, fields: Readonly<Record<string, unknown>> = {}): void => void reasons.push(fields['reason'])
  const logger: Logger = { ...silentLogger, debug: note, info: note }
  const options = await securedOptions()
  await using server = await EmbeddedServer.start({ ...options, clock, logger })
  const factory = await clientOf({ controllerUri: server.controllerUri, ca: options.tls.cert }, 'admin')
  const scope = uniqueName('expiring')
  await factory.streamManager().createScope(scope)
  const stream = async (name: string, segments: number): Promise<ScopedStream> => {
    const made = new ScopedStream(scope, name)
    await factory.streamManager().createStream(made, { scaling: ScalingPolicy.fixed(segments) })
    return made
  }
  const events = await stream('events', 2)
  const bytes = await stream('bytes', 1)

  await using eventWriter = await factory.createEventWriter(events, { serializer: utf8Serializer })
  await using byteWriter = await factory.createByteWriter(bytes)
  await using byteReader = await factory.createByteReader(bytes)
  await using table = await factory.openTable({ scope, name: 'table' }, { key: utf8Codec, value: utf8Codec })
  await using group = await factory.createReaderGroup(`${scope}/group`, { streams: [events], refreshTimeMs: 300 })
  await using eventReader = await group.createReader({ serializer: utf8Serializer, balanceUnitMs: 100 })
  const read = eventReader.events({ acknowledgeOnBreak: true })[Symbol.asyncIterator]()

  const seen: string[] = []
  const nextEvents = async (): Promise<void> => {
    for (let left = EVENTS; left > 0; left--) {
      const { value } = await read.next()
      seen.push(value.value)
    }
  }
  const nextBytes = async (length: number): Promise<string> => {
    const buffer = Buffer.alloc(length)
    for (let filled = 0; filled < length; ) filled += await byteReader.read(buffer.subarray(filled))
    return buffer.toString()
  }
  for (let round = 0; round < ROUNDS; round++) {
    const reading = nextEvents()
    for (let event = 0; event < EVENTS; event++) {
      void eventWriter.writeEvent(`${round}.${event}`, { routingKey: `key ${event % 7}` })
    }
    const text = `round ${round}`
    await byteWriter.write(Buffer.from(text))
    await Promise.all([eventWriter.flush(), byteWriter.flush(), table.put('round', text)])
    await reading
    expect(await nextBytes(text.length)).toBe(text)
    expect((await table.get('round'))?.value).toBe(text)
    clock.advance(LIFETIME_MS)
  }
  const written = Array.from({ length: ROUNDS }, (_, round) =>
    Array.from({ length: EVENTS }, (_, event) => `${round}.${event}`),
  )
  expect([...seen].sort()).toEqual(written.flat().sort())
  expect(reasons).toContain('the token of a writer has expired')
  expect(reasons).toContain('the token has expired')
})
