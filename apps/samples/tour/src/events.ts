import { setTimeout as delay } from 'node:timers/promises'
import { type ClientFactory, type EventWriter, jsonSerializer } from '@pravega-ts/client'
import { ScalingPolicy, ScopedStream } from '@pravega-ts/model'
import { Crowd } from './crowd.ts'
import { Ledger } from './ledger.ts'
import { Progress, readersTable, step } from './report.ts'
import type { Piece, Source } from './source.ts'

const SCOPE = 'samples'
const REFRESH_MS = 250
/** While the stream is scaled events go on at this pace, so that some come before, some after it. */
const PACE_MS = 2

/**
 * Writes the pieces as events, with keys, to a stream that grows from 3 segments to 6 and shrinks to 4 while they flow; three readers of
 * one group read them, of which one leaves when some are read and another one joins. Every event has to be read once, and those of a
 * key in order.
 *
 * @throws Error when it was not so
 */
export async function eventsTour(factory: ClientFactory, { pieces }: Source): Promise<void> {
  const name = `tour-${Date.now()}`
  const stream = new ScopedStream(SCOPE, name)
  const manager = factory.streamManager()
  await manager.createScope(SCOPE)
  await manager.createStream(stream, { scaling: ScalingPolicy.fixed(3) })
  step('stream', `${stream}, 3 segments`)
  const group = await factory.createReaderGroup(`${SCOPE}/${name}`, { streams: [stream], refreshTimeMs: REFRESH_MS })
  const ledger = new Ledger(pieces)
  const started = performance.now()
  const crowd = new Crowd(group, ledger)
  {
    await using _ = crowd
    await Promise.all(['anna', 'ben', 'clara'].map(id => crowd.join(id, 'stayed from beginning to end')))
    await using writer = await factory.createEventWriter<Piece>(stream, { serializer: jsonSerializer<Piece>() })
    await crowd.haveSegments()

    using progress = new Progress('events read', pieces.length, () => ledger.count)
    const part = Math.ceil(pieces.length / 4)
    const scale = async (segments: number): Promise<void> => {
      await manager.scaleStreamTo(stream, segments)
      progress.say(`the stream has ${segments} segments now`)
    }
    await write(writer, pieces.slice(0, part))
    await writeDuring(scale(6), writer, pieces.slice(part, 2 * part))
    await crowd.haveRead(part)
    await crowd.leave('ben', 'left on the way')
    await crowd.join('dora', 'joined on the way')
    await crowd.haveSegments()
    progress.say('reader ben has left, dora has joined')
    await writeDuring(scale(4), writer, pieces.slice(2 * part, 3 * part))
    await write(writer, pieces.slice(3 * part))
    await writer.flush()
    await crowd.haveRead(pieces.length)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(readersTable(crowd.records))
  const { events, keys, sha256 } = ledger.prove()
  step('read exactly once', `${events} of ${pieces.length} events, each of ${keys} keys in order, in ${seconds} s`)
  step('SHA-256 of what was read', `${sha256.slice(0, 16)}… equal to what was written`)

  await group.close()
  await factory.deleteReaderGroup(`${SCOPE}/${name}`)
  await manager.deleteStream(stream, { seal: true })
  step('group and stream deleted', 'nothing is left behind')
}

/** As fast as there is room; whether all of them are durable is told by `flush`. */
async function write(writer: EventWriter<Piece>, pieces: readonly Piece[]): Promise<void> {
  for (const piece of pieces) {
    void writer.writeEvent(piece, { routingKey: piece.key })
    if (!writer.hasRoom) await writer.ready()
  }
}

/** Takes its time as long as something is going on, and waits for that. */
async function writeDuring(going: Promise<void>, writer: EventWriter<Piece>, pieces: readonly Piece[]): Promise<void> {
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  going.then(end, end)
  let written = 0
  for (; !isOver && written < pieces.length; written += 1) {
    await write(writer, pieces.slice(written, written + 1))
    await delay(PACE_MS)
  }
  await write(writer, pieces.slice(written))
  await going
}
