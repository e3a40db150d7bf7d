// Nanoseconds of processor time per event that cutting received bytes into slices and going over them takes, without sockets.
// Usage, after a build: node bench/slices.mjs [bytes per event, default 100] [millions of events, default 4]
import { bytesSerializer, openSegmentEvents, utf8Serializer } from '@pravega-ts/event-client'
import { ScopedSegment } from '@pravega-ts/model'

const PIECE = 1_048_576
const size = Number(process.argv[2] ?? 100)
const count = Number(process.argv[3] ?? 4) * 1_000_000
const segment = ScopedSegment.parse('bench/events/0.#epoch.0')

const event = Buffer.alloc(8 + size, 'x')
event.writeInt32BE(0, 0)
event.writeInt32BE(size, 4)
const memory = Buffer.concat(Array(Math.max(1, Math.floor((16 * PIECE) / event.length))).fill(event))

/** A segment without end in pieces as a segment store sends them. */
class EndlessReader {
  #offset = 0
  get offset() {
    return BigInt(this.#offset)
  }
  tryRead() {
    const offset = this.offset
    const at = this.#offset % memory.length
    const bytes = memory.subarray(at, at + PIECE)
    this.#offset += bytes.length
    return { kind: 'data', offset, bytes }
  }
  async close() {}
}

function measure(name, serializer, touch) {
  const events = openSegmentEvents({ openReader: () => new EndlessReader() }, segment, { serializer })
  let seen = 0
  let sum = 0
  const before = process.cpuUsage()
  while (seen < count) {
    const batch = events.tryNext()
    if (batch?.kind !== 'slice') throw new Error(`a slice was expected, not ${batch?.kind}`)
    for (let next = batch.slice.next(); next !== undefined; next = batch.slice.next()) {
      sum += touch(next)
      seen += 1
    }
  }
  const { user, system } = process.cpuUsage(before)
  console.log(`${name.padEnd(20)} ${(((user + system) * 1000) / seen).toFixed(1).padStart(8)} ns/event`)
  return sum
}

for (let round = 0; round < 2; round++) {
  if (round === 1) console.log('again, warm:')
  measure('next()', bytesSerializer, next => next.length)
  measure('+ payload', bytesSerializer, next => next.payload.length)
  measure('+ value, bytes', bytesSerializer, next => next.value.length)
  measure('+ value, text', utf8Serializer, next => next.value.length)
  measure('+ offset', bytesSerializer, next => Number(next.offset))
  measure('+ pointer', bytesSerializer, next => next.pointer.length)
}
