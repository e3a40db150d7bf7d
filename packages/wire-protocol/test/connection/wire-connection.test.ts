import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { PravegaError } from '@pravega-ts/model'
import { type Command, DIAGNOSTICS, dialTcp, encodeFrame, type Reply } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import { open, Recorder, timeouts } from '../support/client.ts'
import { type Peer, polite, startPeer } from '../support/peer.ts'

const WRITER = '01234567-89ab-cdef-fedc-ba9876543210'

function seal(requestId: bigint) {
  return { command: 'SealSegment', requestId, segment: 's/t/0', delegationToken: '' } as const
}

function read(requestId: bigint, offset: bigint, segment = 's/t/0') {
  return { command: 'ReadSegment', requestId, segment, offset, suggestedLength: 100, delegationToken: '' } as const
}

function sealed(requestId: bigint): Reply {
  return { command: 'SegmentSealed', requestId, segment: 's/t/0' }
}

/** Answers SealSegment; keeps everything else to itself. */
function sealer(command: Command, peer: Peer): void {
  polite(command, peer)
  if (command.command === 'SealSegment') peer.send(sealed(command.requestId))
}

describe('a connection', () => {
  it('greets, carries a request and its reply, and closes in good order', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    const connection = await open(peer.endpoint)
    expect(connection.state).toBe('ready')
    const recorder = new Recorder()
    const flow = connection.openFlow(recorder)
    expect(await flow.request(seal)).toMatchObject({ command: 'SegmentSealed', segment: 's/t/0' })
    await connection.close()
    expect(connection.state).toBe('closed')
    expect(recorder.causes.map(cause => cause.code)).toEqual(['CLOSED'])
    expect(recorder.replies).toEqual([])
    expect(peer.peers[0]?.received[0]).toEqual({ command: 'Hello', highVersion: 16, lowVersion: 5 })
    await connection.close({ force: true })
    expect(() => connection.openFlow(recorder)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  it('gives each flow its own replies', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    await using connection = await open(peer.endpoint)
    const [first, second] = [new Recorder(), new Recorder()]
    const [one, two] = [connection.openFlow(first), connection.openFlow(second)]
    expect(connection.flowCount).toBe(2)
    const ids = [one.nextRequestId(), two.nextRequestId(), one.nextRequestId()] as const
    expect(new Set(ids).size).toBe(3)
    expect(ids[0] >> 32n).not.toBe(ids[1] >> 32n)
    two.send(seal(ids[1]))
    one.write([encodeFrame(seal(ids[0])), encodeFrame(seal(ids[2]))])
    expect(await first.count(2)).toEqual([sealed(ids[0]), sealed(ids[2])])
    expect(await second.count(1)).toEqual([sealed(ids[1])])
  })

  it('matches requests by id, in any order of the replies', async () => {
    const asked: bigint[] = []
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command !== 'SealSegment') return
        asked.push(command.requestId)
        if (asked.length === 3) for (const id of asked.toReversed()) from.send(sealed(id))
      },
    })
    await using connection = await open(peer.endpoint)
    const flow = connection.openFlow(new Recorder())
    const replies = await Promise.all([flow.request(seal), flow.request(seal), flow.request(seal)])
    expect(replies.map(({ requestId }) => requestId)).toEqual(asked)
  })

  it('hands over refusals as replies', async () => {
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command === 'SealSegment')
          from.send({
            command: 'WrongHost',
            requestId: command.requestId,
            segment: 's/t/0',
            correctHost: '',
            serverStackTrace: '',
          })
      },
    })
    await using connection = await open(peer.endpoint)
    expect(await connection.openFlow(new Recorder()).request(seal)).toMatchObject({ command: 'WrongHost' })
  })

  it('drops the reply to a request that is not waited for any more, and goes on', async () => {
    const asked: bigint[] = []
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command !== 'SealSegment') return
        asked.push(command.requestId)
        if (asked.length === 3) for (const id of asked) from.send(sealed(id))
      },
    })
    await using connection = await open(peer.endpoint)
    const recorder = new Recorder()
    const flow = connection.openFlow(recorder)
    const abort = new AbortController()
    const aborted = flow.request(seal, { signal: abort.signal })
    abort.abort(new Error('not needed'))
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'not needed' } })
    await expect(flow.request(seal, { timeoutMs: 1 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(await flow.request(seal)).toEqual(sealed(asked[2] as bigint))
    expect(recorder.replies).toEqual([])
  })

  it('does not send a request whose signal is aborted already, or whose deadline makes no sense', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    await using connection = await open(peer.endpoint)
    const flow = connection.openFlow(new Recorder())
    await expect(flow.request(seal, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(flow.request(seal, { timeoutMs: Number.NaN })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await flow.request(seal)
    expect(peer.peers[0]?.received.map(({ command }) => command)).toEqual(['Hello', 'SealSegment'])
  })

  it('refuses a frame that servers do not take, and stays usable', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    await using connection = await open(peer.endpoint)
    const flow = connection.openFlow(new Recorder())
    const append = { command: 'AppendBlockEnd', writerId: WRITER, numEvents: 1, lastEventNumber: 1n } as const
    const data = new Uint8Array(16_777_164)
    expect(() => flow.send({ ...append, data, sizeOfWholeEvents: 0, requestId: 1n })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    await expect(flow.request(id => ({ ...seal(id), segment: 'x'.repeat(70_000) }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await flow.request(seal)
  })

  it('tells a read of its refused token, although the reply carries the offset', async () => {
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command === 'ReadSegment' && command.offset === 5n)
          from.send({ command: 'AuthTokenCheckFailed', requestId: command.offset, serverStackTrace: '', errorCode: 1 })
      },
    })
    await using connection = await open(peer.endpoint)
    const [first, second] = [new Recorder(), new Recorder()]
    const [one, two] = [connection.openFlow(first), connection.openFlow(second)]
    const id = one.nextRequestId()
    two.send(read(two.nextRequestId(), 4n))
    one.send(read(id, 5n))
    expect(await first.count(1)).toMatchObject([{ command: 'AuthTokenCheckFailed', requestId: id, errorCode: 1 }])
    expect(await two.request(requestId => read(requestId, 5n))).toMatchObject({ command: 'AuthTokenCheckFailed' })
    expect(second.replies).toEqual([])
  })

  it('makes writers wait while the peer does not read', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    await using connection = await open(peer.endpoint, { highWaterBytes: 100_000 })
    const recorder = new Recorder()
    const flow = connection.openFlow(recorder)
    await flow.request(seal)
    await flow.drained()
    peer.peers[0]?.socket.pause()
    const frame = encodeFrame({ command: 'AppendBlock', writerId: WRITER, data: new Uint8Array(1_000_000) })
    let frames = 0
    // The system's own buffers take some megabytes first.
    const isStuck = async (): Promise<boolean> => {
      expect(flow.write([frame])).toBe(false)
      frames++
      return flow.drained({ timeoutMs: 20 }).then(
        () => false,
        error => PravegaError.is(error, 'DEADLINE_EXCEEDED'),
      )
    }
    while (!(await isStuck())) expect(frames).toBeLessThan(100)
    const drained = flow.drained()
    peer.peers[0]?.socket.resume()
    await drained
    await flow.request(seal)
    expect(peer.peers[0]?.received.filter(({ command }) => command === 'AppendBlock')).toHaveLength(frames)
  })

  it('closes after the replies that are waited for', async () => {
    let answer = (): void => {}
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command === 'SealSegment') answer = () => from.send(sealed(command.requestId))
        if (command.command === 'DeleteSegment') answer()
      },
    })
    const connection = await open(peer.endpoint)
    const flow = connection.openFlow(new Recorder())
    const reply = flow.request(seal)
    flow.send({ command: 'DeleteSegment', requestId: flow.nextRequestId(), segment: 's/t/0', delegationToken: '' })
    const closed = connection.close()
    expect(connection.state).toBe('draining')
    expect(() => connection.openFlow(new Recorder())).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(() => flow.send(seal(flow.nextRequestId()))).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    await expect(reply).resolves.toMatchObject({ command: 'SegmentSealed' })
    await closed
  })

  it('does not wait for them with force, nor longer than closeMs', async () => {
    await using peer = await startPeer()
    for (const options of [{ force: true }, {}]) {
      const connection = await open(peer.endpoint, { timeouts: timeouts({ closeMs: 20 }) })
      const reply = connection.openFlow(new Recorder()).request(seal)
      const outcome = expect(reply).rejects.toMatchObject({ code: 'CLOSED' })
      await connection.close(options)
      await outcome
    }
  })

  it('is told nothing any more once a flow is closed', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    await using connection = await open(peer.endpoint)
    const recorder = new Recorder()
    const flow = connection.openFlow(recorder)
    flow.send(seal(flow.nextRequestId()))
    const waiting = flow.request(seal)
    flow.close()
    flow.close()
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' })
    expect(() => flow.write([])).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(connection.flowCount).toBe(0)
    await connection.openFlow(new Recorder()).request(seal)
    expect(recorder).toMatchObject({ replies: [], causes: [] })
  })

  it('ends only the flow whose handler throws', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    await using connection = await open(peer.endpoint)
    const broken = new Recorder()
    broken.onReply = () => {
      throw new Error('a bug')
    }
    const flow = connection.openFlow(broken)
    const other = connection.openFlow(new Recorder())
    flow.send(seal(flow.nextRequestId()))
    expect(await broken.closed).toMatchObject({ code: 'INTERNAL', cause: { message: 'a bug' } })
    await other.request(seal)
    expect(connection.flowCount).toBe(1)
  })

  it('sends keep-alives while a flow is open and nothing else is said', async () => {
    let thirdCame = (): void => {}
    const third = new Promise<void>(resolve => {
      thirdCame = resolve
    })
    let count = 0
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command === 'KeepAlive' && ++count === 3) thirdCame()
      },
    })
    await using connection = await open(peer.endpoint, { timeouts: timeouts({ keepAliveMs: 5, idleReadMs: 60_000 }) })
    connection.openFlow(new Recorder())
    await third
    expect(connection.state).toBe('ready')
  })

  it('works on a socket that does not read into its memory, or is connected already', async () => {
    await using peer = await startPeer({ onCommand: sealer })
    await using plain = await open(peer.endpoint, {
      dial: (endpoint, { connectTimeoutMs }) => dialTcp(endpoint, { connectTimeoutMs }),
    })
    await plain.openFlow(new Recorder()).request(seal)
    const socket = dialTcp(peer.endpoint, { connectTimeoutMs: 1000 })
    await new Promise(resolve => socket.once('connect', resolve))
    await using connected = await open(peer.endpoint, { dial: () => socket })
    await connected.openFlow(new Recorder()).request(seal)
  })

  it('publishes what happens', async () => {
    const messages: [string, object][] = []
    const listeners = Object.values(DIAGNOSTICS).map(name => {
      const listener = (message: unknown): void => void messages.push([name.split(':').at(-1) ?? '', message as object])
      subscribe(name, listener)
      return () => unsubscribe(name, listener)
    })
    await using peer = await startPeer({ onCommand: sealer })
    const connection = await open(peer.endpoint)
    await connection.openFlow(new Recorder()).request(seal)
    await connection.close()
    for (const stop of listeners) stop()
    expect(messages.map(([name]) => name)).toEqual([
      'command-received',
      'connection-opened',
      'request-started',
      'command-sent',
      'command-received',
      'request-settled',
      'connection-closed',
    ])
    expect(messages[2]?.[1]).toMatchObject({ command: 'SealSegment', endpoint: `127.0.0.1:${peer.endpoint.port}` })
    expect(messages[6]?.[1]).toMatchObject({ cause: { code: 'CLOSED' } })
  })
})
