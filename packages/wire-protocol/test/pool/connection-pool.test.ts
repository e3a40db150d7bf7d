import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  ConnectionPool,
  type ConnectionPoolOptions,
  dialTcp,
  type Flow,
  type WireConnection,
} from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import { identity } from '../../../../tools/testing/certificates.ts'
import { Recorder, timeouts } from '../support/client.ts'
import { polite, startPeer } from '../support/peer.ts'

function pool(options: Partial<ConnectionPoolOptions> = {}): ConnectionPool {
  return new ConnectionPool({ timeouts: timeouts(), ...options })
}

function connectionsOf(flows: readonly Flow[]): number {
  return new Set<WireConnection>(flows.map(flow => flow.connection)).size
}

function many<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make))
}

function seal(requestId: bigint) {
  return { command: 'SealSegment', requestId, segment: 's/t/0', delegationToken: '' } as const
}

describe('a pool', () => {
  it('opens up to its maximum of connections, then shares them evenly', async () => {
    await using peer = await startPeer()
    await using connections = pool({ maxConnectionsPerEndpoint: 3 })
    const flows = await many(12, () => connections.acquire(peer.endpoint, new Recorder()))
    expect(peer.peers).toHaveLength(3)
    expect(connectionsOf(flows)).toBe(3)
    expect(flows.map(flow => flow.connection.flowCount)).toEqual(Array(12).fill(4))
  })

  it('uses an idle connection before it opens another', async () => {
    await using peer = await startPeer()
    await using connections = pool()
    const first = await connections.acquire(peer.endpoint, new Recorder())
    first.close()
    const second = await connections.acquire(peer.endpoint, new Recorder())
    expect(second.connection).toBe(first.connection)
    const third = await connections.acquire(peer.endpoint, new Recorder())
    expect(third.connection).not.toBe(second.connection)
    expect(peer.peers).toHaveLength(2)
  })

  it('does not give out a connection that has just been closed with force', async () => {
    await using peer = await startPeer()
    await using connections = pool()
    const first = await connections.acquire(peer.endpoint, new Recorder())
    first.close()
    const closing = first.connection.close({ force: true })
    const second = await connections.acquire(peer.endpoint, new Recorder())
    expect(second.connection).not.toBe(first.connection)
    await closing
    expect(second.connection.state).toBe('ready')
  })

  it('shares one attempt among all that wait for it, and its failure too', async () => {
    let dials = 0
    const dial: typeof dialTcp = (...args) => {
      dials++
      return dialTcp(...args)
    }
    await using peer = await startPeer()
    await using connections = pool({ maxConnectionsPerEndpoint: 1, dial })
    const flows = await many(20, () => connections.acquire(peer.endpoint, new Recorder()))
    expect([dials, connectionsOf(flows)]).toEqual([1, 1])
    await using closing = await startPeer({ onCommand: (_, from) => from.socket.end() })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => connections.acquire(closing.endpoint, new Recorder())),
    )
    expect(dials).toBe(2)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    await expect(connections.acquire(closing.endpoint, new Recorder())).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    })
    expect([dials, connections.connectionCount]).toEqual([3, 1])
  })

  it('gives a dedicated connection to one flow alone, and takes it back', async () => {
    await using peer = await startPeer()
    await using connections = pool({ maxConnectionsPerEndpoint: 1 })
    const dedicated = await connections.acquire(peer.endpoint, new Recorder(), { dedicated: true })
    const another = await connections.acquire(peer.endpoint, new Recorder(), { dedicated: true })
    const shared = await many(3, () => connections.acquire(peer.endpoint, new Recorder()))
    expect([dedicated, another].map(flow => flow.connection.flowCount)).toEqual([1, 1])
    expect([peer.peers.length, connectionsOf([dedicated, another, ...shared])]).toEqual([3, 3])
    // There is a shared connection already, and one is the most there may be.
    dedicated.close()
    const [fourth] = await many(1, () => connections.acquire(peer.endpoint, new Recorder()))
    expect(fourth?.connection).toBe(shared[0]?.connection)
    const again = await connections.acquire(peer.endpoint, new Recorder(), { dedicated: true })
    expect(again.connection).toBe(dedicated.connection)
    for (const flow of [...shared, fourth]) flow?.close()
    const next = await connections.acquire(peer.endpoint, new Recorder(), { dedicated: true })
    expect(next.connection).toBe(shared[0]?.connection)
    expect(peer.peers).toHaveLength(3)
  })

  it('closes a connection that was dedicated, and is one too many to be shared, when it is idle for a while', async () => {
    await using peer = await startPeer()
    await using connections = pool({ maxConnectionsPerEndpoint: 1, idleConnectionMs: 5 })
    const shared = await connections.acquire(peer.endpoint, new Recorder())
    const dedicated = await connections.acquire(peer.endpoint, new Recorder(), { dedicated: true })
    dedicated.close()
    await dedicated.connection.closed
    expect(dedicated.connection.closeCause).toMatchObject({ code: 'CLOSED' })
    expect([connections.connectionCount, shared.connection.state]).toEqual([1, 'ready'])
  })

  it('does not hand out a connection that is lost', async () => {
    await using peer = await startPeer()
    await using connections = pool({ maxConnectionsPerEndpoint: 1 })
    const recorder = new Recorder()
    const flow = await connections.acquire(peer.endpoint, recorder)
    peer.peers[0]?.socket.destroy()
    expect(await recorder.closed).toMatchObject({ code: 'CONNECTION_LOST' })
    const next = await connections.acquire(peer.endpoint, new Recorder())
    expect(next.connection).not.toBe(flow.connection)
    expect(connections.connectionCount).toBe(1)
  })

  it('closes connections that are idle for a while', async () => {
    await using peer = await startPeer()
    await using connections = pool({ idleConnectionMs: 5 })
    const flow = await connections.acquire(peer.endpoint, new Recorder())
    flow.close()
    await flow.connection.closed
    expect(flow.connection.closeCause).toMatchObject({ code: 'CLOSED' })
    expect(connections.connectionCount).toBe(0)
  })

  it('lets one that waits go without ending the attempt for the others', async () => {
    let greet = (): void => {}
    await using peer = await startPeer({
      onCommand(command, from) {
        greet = () => polite(command, from)
        abort.abort()
      },
    })
    const abort = new AbortController()
    await using connections = pool({ maxConnectionsPerEndpoint: 1 })
    const leaving = connections.acquire(peer.endpoint, new Recorder(), { signal: abort.signal })
    const staying = connections.acquire(peer.endpoint, new Recorder())
    await expect(leaving).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(connections.acquire(peer.endpoint, new Recorder(), { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
    greet()
    expect((await staying).connection.flowCount).toBe(1)
  })

  it('closes everything with it: open, idle and half open', async () => {
    let greets = true
    await using peer = await startPeer({ onCommand: (command, from) => greets && polite(command, from) })
    const connections = pool()
    const recorder = new Recorder()
    await connections.acquire(peer.endpoint, recorder)
    const idle = await connections.acquire(peer.endpoint, new Recorder())
    greets = false
    const attempts = await many(2, async () => ({ flow: connections.acquire(peer.endpoint, new Recorder()) }))
    idle.close()
    const outcome = Promise.all(
      attempts.map(({ flow }) =>
        expect(flow).rejects.toMatchObject({ code: 'CLOSED', message: expect.stringContaining('pool') }),
      ),
    )
    expect(connections.connectionCount).toBe(4)
    await Promise.all([connections.close(), connections.close()])
    await outcome
    expect(recorder.causes).toMatchObject([{ code: 'CLOSED' }])
    expect(connections.connectionCount).toBe(0)
    await expect(connections.acquire(peer.endpoint, new Recorder())).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('uses TLS when the configuration wants it for segment stores', async () => {
    const tls = await identity(['127.0.0.1'])
    await using peer = await startPeer({ tls })
    await using connections = pool({
      tls: { controller: false, segmentStore: true, ca: [tls.cert], validateHostName: true },
    })
    const flow = await connections.acquire(peer.endpoint, new Recorder())
    expect(flow.connection.state).toBe('ready')
    await using plain = pool({ tls: { controller: true, segmentStore: false, validateHostName: true } })
    await expect(plain.acquire(peer.endpoint, new Recorder())).rejects.toThrow('may expect TLS')
  })

  it('refuses a maximum that makes no sense', () => {
    for (const maxConnectionsPerEndpoint of [0, -1, 1.5, Number.NaN])
      expect(() => pool({ maxConnectionsPerEndpoint })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

describe('a process', () => {
  /** Runs a script against a peer; the module under test and the endpoint are given. */
  async function run(port: number, script: string): Promise<{ code: number | null; output: string }> {
    const preamble = `
      import { ConnectionPool } from '@pravega-ts/wire-protocol'
      import { DEFAULT_TIMEOUTS as timeouts } from '@pravega-ts/config'
      const endpoint = { host: '127.0.0.1', port: ${port} }
      const handler = { onReply() {}, onClose() {} }
      const pool = new ConnectionPool({ timeouts })
      process.on('exit', () => console.log('exit'))
    `
    const child = spawn(process.execPath, ['--input-type=module', '-e', preamble + script], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, output }
  }

  it('may end when no flow is open, even if the pool was not closed', async () => {
    await using peer = await startPeer()
    const script = 'const flow = await pool.acquire(endpoint, handler); flow.close()'
    expect(await run(peer.endpoint.port, script)).toEqual({ code: 0, output: 'exit\n' })
  })

  it('goes on while a flow is open, until the pool is closed', async () => {
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command === 'SealSegment')
          from.send({ command: 'SegmentSealed', requestId: command.requestId, segment: '' })
      },
    })
    const script = `
      const closing = { onReply() { console.log('reply'); pool.close() }, onClose() { console.log('closed') } }
      const flow = await pool.acquire(endpoint, closing)
      flow.send({ command: 'SealSegment', requestId: flow.nextRequestId(), segment: '', delegationToken: '' })
    `
    expect(await run(peer.endpoint.port, script)).toEqual({ code: 0, output: 'reply\nclosed\nexit\n' })
  })
})

it('flows of a pool carry requests', async () => {
  await using peer = await startPeer({
    onCommand(command, from) {
      polite(command, from)
      if (command.command === 'SealSegment')
        from.send({ command: 'SegmentSealed', requestId: command.requestId, segment: '' })
    },
  })
  await using connections = pool({ maxConnectionsPerEndpoint: 2 })
  const flows = await many(10, () => connections.acquire(peer.endpoint, new Recorder()))
  const replies = await Promise.all(flows.map(flow => flow.request(seal)))
  expect(replies.map(({ command }) => command)).toEqual(Array(10).fill('SegmentSealed'))
})
