import { createServer } from 'node:net'
import type { PravegaError } from '@pravega-ts/model'
import { type Command, encodeFrame } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import { open, Recorder, timeouts } from '../support/client.ts'
import { HELLO, type Peer, polite, startPeer } from '../support/peer.ts'

const RETRIABLE_LOSS = { code: 'CONNECTION_LOST', retriable: true }
/** For peers that will say nothing; others must not be hurried. */
const IMPATIENT = timeouts({ connectMs: 40, keepAliveMs: 10, idleReadMs: 40 })
const VIOLATION = { code: 'PROTOCOL_VIOLATION', retriable: false }

function seal(requestId: bigint) {
  return { command: 'SealSegment', requestId, segment: 's/t/0', delegationToken: '' } as const
}

function header(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(type, 0)
  bytes.writeInt32BE(length, 4)
  return bytes
}

const halfFrame = encodeFrame({ command: 'SegmentSealed', requestId: 1n, segment: 's/t/0' }).subarray(0, 13)

/** What a peer does instead of answering SealSegment. */
const misdeeds: [string, (peer: Peer) => void, object][] = [
  ['a length of 2 GB', peer => peer.socket.write(header(10, 2 ** 31 - 1)), VIOLATION],
  ['a negative length', peer => peer.socket.write(header(10, -5)), VIOLATION],
  ['an unknown type', peer => peer.socket.write(header(13, 0)), VIOLATION],
  ['garbage', peer => peer.socket.write(Buffer.alloc(5000, 'garbage')), VIOLATION],
  ['a payload too short for its fields', peer => peer.socket.write(header(29, 0)), VIOLATION],
  ['a request', peer => peer.send(seal(1n)), VIOLATION],
  ['a part of an append', peer => peer.send({ command: 'Padding', length: 4 }), VIOLATION],
  ['half a frame and silence', peer => peer.socket.write(halfFrame), RETRIABLE_LOSS],
  ['half a frame of 16 MB and silence', peer => peer.socket.write(header(10, 16_000_000)), RETRIABLE_LOSS],
  ['silence', () => {}, RETRIABLE_LOSS],
  ['half a frame and the end', peer => peer.socket.end(halfFrame), RETRIABLE_LOSS],
  ['the end', peer => peer.socket.end(), RETRIABLE_LOSS],
  ['a reset', peer => peer.socket.resetAndDestroy(), RETRIABLE_LOSS],
  [
    'a Hello of a future that has forgotten us',
    peer => peer.send({ command: 'Hello', highVersion: 30, lowVersion: 20 }),
    { code: 'VERSION_MISMATCH' },
  ],
]

describe('a peer that answers a request with', () => {
  it.each(misdeeds)('%s costs its connection one typed error, and nothing else', async (name, misdeed, expected) => {
    let hostile = true
    await using peer = await startPeer({
      onCommand(command, from) {
        if (command.command === 'Hello') from.send(HELLO)
        if (command.command !== 'SealSegment') return
        if (hostile) misdeed(from)
        else from.send({ command: 'SegmentSealed', requestId: command.requestId, segment: command.segment })
      },
    })
    const connection = await open(peer.endpoint, { timeouts: name.endsWith('silence') ? IMPATIENT : timeouts() })
    const [asking, waiting] = [new Recorder(), new Recorder()]
    const flow = connection.openFlow(asking)
    connection.openFlow(waiting)
    await expect(flow.request(seal)).rejects.toMatchObject(expected)
    expect(await waiting.closed).toMatchObject(expected)
    await connection.closed
    expect(connection.closeCause).toMatchObject(expected)
    expect(asking).toMatchObject({ replies: [], causes: [connection.closeCause] })
    expect(() => flow.send(seal(1n))).toThrow(connection.closeCause)
    hostile = false
    await using again = await open(peer.endpoint)
    await again.openFlow(new Recorder()).request(seal)
  })

  it('nothing, but keeps the connection alive: the request runs into its deadline', async () => {
    await using peer = await startPeer()
    await using connection = await open(peer.endpoint, { timeouts: timeouts({ requestMs: 20 }) })
    const flow = connection.openFlow(new Recorder())
    await expect(flow.request(seal)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(connection.state).toBe('ready')
  })

  it('replies to nobody is not minded', async () => {
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command !== 'SealSegment') return
        for (const requestId of [0n, -1n, 99n << 32n, command.requestId + 1n, command.requestId])
          from.send({ command: 'SegmentSealed', requestId, segment: '' })
      },
    })
    await using connection = await open(peer.endpoint)
    const recorder = new Recorder()
    await connection.openFlow(recorder).request(seal)
    expect(recorder.replies).toEqual([])
  })
})

it('half a frame and silence ends a connection that nobody uses', async () => {
  await using peer = await startPeer({
    onCommand(command, from) {
      if (command.command !== 'Hello') return
      from.send(HELLO)
      from.socket.write(halfFrame)
    },
  })
  const connection = await open(peer.endpoint, { timeouts: IMPATIENT })
  await connection.closed
  expect(connection.closeCause).toMatchObject(RETRIABLE_LOSS)
})

/** What a peer does instead of greeting, and what opening fails with. */
const badGreetings: [string, (peer: Peer) => void, string, RegExp][] = [
  ['the end', peer => peer.socket.end(), 'CONNECTION_FAILED', /may expect TLS/],
  ['a reset', peer => peer.socket.resetAndDestroy(), 'CONNECTION_FAILED', /may expect TLS/],
  ['silence', () => {}, 'CONNECTION_FAILED', /waited 40 ms for the server's Hello/],
  ['HTTP', peer => peer.socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'PROTOCOL_VIOLATION', /not be a Pravega/],
  ['a TLS alert', peer => peer.socket.write(Buffer.of(21, 3, 1, 0, 2, 2, 40, 0)), 'PROTOCOL_VIOLATION', /expect TLS/],
  [
    'a reply',
    peer => peer.send({ command: 'SegmentSealed', requestId: 1n, segment: '' }),
    'PROTOCOL_VIOLATION',
    /before its Hello/,
  ],
  [
    'a version too new',
    peer => peer.send({ ...HELLO, highVersion: 20, lowVersion: 17 } as Command),
    'VERSION_MISMATCH',
    /17 to 20/,
  ],
  [
    'a version too old',
    peer => peer.send({ ...HELLO, highVersion: 4, lowVersion: 1 } as Command),
    'VERSION_MISMATCH',
    /1 to 4/,
  ],
]

describe('opening fails when the peer greets with', () => {
  it.each(badGreetings)('%s', async (name, greet, code, message) => {
    await using peer = await startPeer({ onCommand: (_command, from) => greet(from) })
    const attempt = open(peer.endpoint, { timeouts: name === 'silence' ? IMPATIENT : timeouts() })
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it.each([
    [15, 5],
    [17, 5],
    [5, 5],
    [30, 16],
  ])('but not with the versions %i to %i', async (highVersion, lowVersion) => {
    await using peer = await startPeer({
      onCommand(command, from) {
        if (command.command === 'Hello') from.send({ command: 'Hello', highVersion, lowVersion })
      },
    })
    const connection = await open(peer.endpoint)
    await connection.close()
  })
})

describe('opening fails', () => {
  it('when nobody listens', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise(resolve => server.close(resolve))
    await expect(open({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      retriable: true,
      cause: { code: 'ECONNREFUSED' },
    })
  })

  it('when it is aborted, before or in the middle', async () => {
    const abort = new AbortController()
    await using peer = await startPeer({ onCommand: () => abort.abort() })
    const attempt = open(peer.endpoint, { signal: abort.signal })
    await expect(attempt).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(open(peer.endpoint, { signal: abort.signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(peer.peers).toHaveLength(1)
  })

  it('when the dialer throws', async () => {
    const dial = (): never => {
      throw new Error('no route')
    }
    const attempt = open({ host: '127.0.0.1', port: 1 }, { dial })
    const error: PravegaError = await attempt.then(
      () => expect.unreachable(),
      reason => reason,
    )
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', message: expect.stringContaining('no route') })
  })
})
