// CPU seconds of the client side per gigabyte through one connection, against a scripted peer in a process of its own.
// Usage, after a build: node bench/throughput.mjs [bytes per frame, default 1 MiB] [gigabytes, default 2]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { DEFAULT_TIMEOUTS } from '@pravega-ts/config'
import { decodePayload, dialTcp, encodeFrameChunks, FrameParser, WireConnection } from '@pravega-ts/wire-protocol'

const WRITER = '01234567-89ab-cdef-fedc-ba9876543210'
const IN_FLIGHT_BYTES = 4_194_304

/** Answers reads with data and appends with acknowledgements, as fast as it can. */
function serve(size) {
  const data = Buffer.alloc(size, 7)
  const answers = {
    Hello: () => ({ command: 'Hello', highVersion: 16, lowVersion: 5 }),
    ReadSegment: ({ segment, offset, requestId }) => ({
      command: 'SegmentRead',
      segment,
      offset,
      requestId,
      atTail: false,
      endOfSegment: false,
      data,
    }),
    AppendBlockEnd: ({ writerId, lastEventNumber, requestId }) => ({
      command: 'DataAppended',
      writerId,
      eventNumber: lastEventNumber,
      previousEventNumber: lastEventNumber - 1n,
      requestId,
      currentSegmentWriteOffset: 0n,
    }),
  }
  const server = createServer(socket => {
    const parser = new FrameParser()
    socket.setNoDelay(true)
    socket.on('data', chunk => {
      parser.push(chunk)
      socket.cork()
      for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
        const command = decodePayload(frame.type, frame.payload)
        const answer = answers[command.command]?.(command)
        if (answer !== undefined) for (const piece of encodeFrameChunks(answer)) socket.write(piece)
      }
      socket.uncork()
    })
  })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
  process.once('disconnect', () => process.exit())
}

async function measure(name, endpoint, size, total, dial, makeCommand) {
  const connection = await WireConnection.open({ endpoint, timeouts: DEFAULT_TIMEOUTS, dial })
  let asked = 0
  let answered = 0
  const finished = Promise.withResolvers()
  const flow = connection.openFlow({
    onReply() {
      answered += size
      if (answered >= total) finished.resolve()
      else fill()
    },
    onClose(cause) {
      if (answered < total) finished.reject(cause)
    },
  })
  function fill() {
    while (asked < total && asked - answered < IN_FLIGHT_BYTES) {
      asked += size
      flow.send(makeCommand(BigInt(asked), flow.nextRequestId()))
    }
  }
  const startCpu = process.cpuUsage()
  const start = performance.now()
  fill()
  await finished.promise
  const { user, system } = process.cpuUsage(startCpu)
  const gigabytes = answered / 1e9
  const speed = gigabytes / ((performance.now() - start) / 1000)
  console.log(`${name}: ${((user + system) / 1e6 / gigabytes).toFixed(3)} CPU s/GB, ${speed.toFixed(2)} GB/s`)
  await connection.close()
}

if (process.send !== undefined) {
  serve(Number(process.argv[2]))
} else {
  const size = Number(process.argv[2] ?? 1_048_576)
  const total = Number(process.argv[3] ?? 2) * 1e9
  const child = fork(new URL(import.meta.url), [String(size)])
  const [port] = await once(child, 'message')
  const endpoint = { host: '127.0.0.1', port }
  const segment = 'scope/stream/0.#epoch.0'
  const read = (offset, requestId) => ({
    command: 'ReadSegment',
    segment,
    offset,
    suggestedLength: size,
    delegationToken: '',
    requestId,
  })
  const data = Buffer.alloc(size, 3)
  const append = (number, requestId) => ({
    command: 'AppendBlockEnd',
    writerId: WRITER,
    sizeOfWholeEvents: size,
    data,
    numEvents: 1,
    lastEventNumber: number,
    requestId,
  })
  const withDataEvents = (to, { onread, ...options }) => dialTcp(to, options)
  await measure('read, into the memory of the frame', endpoint, size, total, dialTcp, read)
  await measure('read, through data events', endpoint, size, total, withDataEvents, read)
  await measure('append', endpoint, size, total, dialTcp, append)
  child.disconnect()
}
