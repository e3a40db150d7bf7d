import { setTimeout as delay } from 'node:timers/promises'
import { type ClientFactory, jsonSerializer } from '@pravega-ts/client'
import { ScalingPolicy, ScopedStream } from '@pravega-ts/model'
import { Crowd } from './crowd.ts'
import { Ledger } from './ledger.ts'
import { type Report, step } from './report.ts'
import type { Piece, Source } from './source.ts'

const SCOPE = 'samples'
const REFRESH_MS = 250
/** While the stream is scaled events go on at this pace, so that some come before, some after it. */
const PACE_MS = 2

/**
 * Writes the pieces as events, with keys, to a stream that grows from 3 segments to 6 and shrinks to 4 while they flow; three readers of
 * one group read them, of which one leaves when half is read and another one joins. Every event has to be read once, and those of a
 * key in order.
 *
 * @throws Error when it was not so
 */
export async function eventsTour(factory: ClientFactory, source: Source, report: Report): Promise<void> {
  const { pieces } = source
  const name = `tour-${Date.now()}`
  const stream = new ScopedStream(SCOPE, name)
  const manager = factory.streamManager()
  await manager.createScope(SCOPE)
  await manager.createStream(stream, { scaling: ScalingPolicy.fixed(3) })
  const group = await factory.createReaderGroup(`${SCOPE}/${name}`, { streams: [stream], refreshTimeMs: REFRESH_MS })
  const ledger = new Ledger(pieces)
  const started = performance.now()
  {
    await using crowd = new Crowd(group, ledger)
    await Promise.all(['anna', 'ben', 'clara'].map(id => crowd.join(id, 'stayed from beginning to end')))
    await using writer = await factory.createEventWriter<Piece>(stream, { serializer: jsonSerializer<Piece>() })

    using progress = report.progress('events read', pieces.length, () => ledger.count)
    const part = Math.ceil(pieces.length / 4)
    const write = async (from: number, to: number, until?: Promise<unknown>): Promise<void> => {
      let busy = until !== undefined
      until?.finally(() => {
        busy = false
      })
      for (const piece of pieces.slice(from, to)) {
        const { key: routingKey } = piece
        const written = writer.writeEvent(piece, { routingKey })
        if (!busy) continue
        await written
        await delay(PACE_MS)
      }
      await until
    }
    const scale = async (segments: number): Promise<void> => {
      await manager.scaleStreamTo(stream, segments)
      progress.say(`the stream has ${segments} segments now`)
    }

    await crowd.during(crowd.haveSegments())
    await write(0, part)
    await write(part, 2 * part, scale(6))
    await crowd.during(ledger.reached(part))
    await crowd.leave('ben', 'left on the way')
    await crowd.join('dora', 'joined on the way')
    await crowd.during(crowd.haveSegments())
    progress.say('reader ben has left, dora has joined')
    await write(2 * part, 3 * part, scale(4))
    await write(3 * part, pieces.length)
    await writer.flush()
    await crowd.during(ledger.reached(pieces.length))
    report.readers(crowd.records)
  }
  const { events, keys, sha256 } = ledger.prove()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  step('read exactly once', `${events} of ${pieces.length} events, ${keys} keys in order each, in ${seconds} s`)
  step('SHA-256 of what was read', `${sha256.slice(0, 16)}… equal to what was written`)

  await group.close()
  await factory.deleteReaderGroup(`${SCOPE}/${name}`)
  await manager.deleteStream(stream, { seal: true })
}
