import { PravegaError, ScopedSegment } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { LongPollReader } from '../../src/read/long-poll-reader.ts'
import type { SegmentReaderOptions } from '../../src/segment-reader.ts'
import { FakeCluster, until } from '../support/fake-cluster.ts'

const segment = ScopedSegment.parse('s/t/0.#epoch.0')

function setUp(content: string, options: SegmentReaderOptions = {}): { cluster: FakeCluster; reader: LongPollReader } {
  const cluster = new FakeCluster()
  cluster.segment(segment).append(Buffer.from(content))
  return { cluster, reader: new LongPollReader(cluster.context(), segment, options, () => {}) }
}

async function text(reader: LongPollReader, maxBytes?: number): Promise<string> {
  const result = await reader.read({ maxBytes })
  return result.kind === 'data' ? Buffer.from(result.bytes).toString() : result.kind
}

function asked(cluster: FakeCluster): bigint[] {
  const commands = cluster.connections.flatMap(({ received }) => received)
  return commands.flatMap(command => (command.command === 'ReadSegment' ? [command.offset] : []))
}

describe('read', () => {
  it('gives what is there, waits for more, and tells the end', async () => {
    const { cluster, reader } = setUp('hello')
    expect(await text(reader, 3)).toBe('hel')
    expect(reader.available).toBe(2)
    expect(await text(reader)).toBe('lo')
    const more = text(reader)
    cluster.segment(segment).append(Buffer.from('!'))
    expect(await more).toBe('!')
    const end = text(reader)
    cluster.segment(segment).seal()
    expect(await end).toBe('endOfSegment')
    expect(await text(reader)).toBe('endOfSegment')
    expect(reader.offset).toBe(6n)
  })

  it('does not connect before it is asked for something', async () => {
    const { cluster, reader } = setUp('x')
    await reader.close()
    expect(cluster.connections).toEqual([])
  })

  it('that was aborted takes nothing away', async () => {
    const { cluster, reader } = setUp('')
    const abort = new AbortController()
    const aborted = reader.read({ signal: abort.signal })
    abort.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(reader.read({ timeoutMs: 5 })).rejects.toThrow(/waiting for .* at offset 0, took longer than 5 ms/)
    cluster.segment(segment).append(Buffer.from('abc'))
    expect(await text(reader)).toBe('abc')
    // One read waited all the time.
    expect(asked(cluster).filter(offset => offset === 0n)).toHaveLength(1)
  })

  it('goes on after lost connections with what it had not received', async () => {
    const { cluster, reader } = setUp('')
    let received = ''
    for (let n = 0; n < 10; n++) {
      const next = text(reader)
      await until(() => asked(cluster).at(-1) === BigInt(received.length), 'the read')
      cluster.connections.at(-1)?.cut()
      cluster.segment(segment).append(Buffer.from(`${n}`))
      received += await next
    }
    expect(received).toBe('0123456789')
    expect(cluster.connections).toHaveLength(11)
  })

  it('does not connect again while nobody reads', async () => {
    const { cluster, reader } = setUp('abc')
    expect(await text(reader)).toBe('abc')
    await until(() => asked(cluster).length === 2, 'the read at the end')
    cluster.connections[0]?.cut()
    await new Promise(resolve => setTimeout(resolve, 10))
    expect(cluster.connections).toHaveLength(1)
    cluster.segment(segment).append(Buffer.from('def'))
    expect(await text(reader)).toBe('def')
  })

  it('needs no connection to tell the end again', async () => {
    const { cluster, reader } = setUp('abc', { onReadable: () => {} })
    cluster.segment(segment).seal()
    expect(await text(reader)).toBe('abc')
    expect(await text(reader)).toBe('endOfSegment')
    cluster.connections[0]?.cut()
    expect(await text(reader)).toBe('endOfSegment')
    expect(cluster.connections).toHaveLength(1)
  })

  it('asks again when an empty answer comes that is not the end', async () => {
    const { cluster, reader } = setUp('')
    let unloaded = false
    cluster.intercept = command => {
      if (command.command !== 'ReadSegment' || unloaded) return undefined
      unloaded = true
      const { requestId, offset } = command
      const data = new Uint8Array(0)
      return {
        command: 'SegmentRead',
        segment: String(segment),
        offset,
        atTail: true,
        endOfSegment: false,
        data,
        requestId,
      }
    }
    const next = text(reader)
    await until(() => asked(cluster).length === 2, 'the second read')
    cluster.segment(segment).append(Buffer.from('x'))
    expect(await next).toBe('x')
  })

  it('takes a new token before the old one expires', async () => {
    const cluster = new FakeCluster()
    let seconds = 1_000
    const token = (): string => `e30.${Buffer.from(JSON.stringify({ exp: seconds + 600 })).toString('base64url')}.sig`
    cluster.token = token
    const reader = new LongPollReader(
      cluster.context({}, () => seconds * 1_000),
      segment,
      {},
      () => {},
    )
    cluster.segment(segment).append(Buffer.from('a'))
    expect(await text(reader)).toBe('a')
    const next = text(reader)
    await until(() => asked(cluster).length === 2, 'the read at the end')
    seconds += 596
    cluster.segment(segment).append(Buffer.from('b'))
    expect(await next).toBe('b')
    await until(() => cluster.tokensGiven.length === 2, 'the second token')
  })

  it.each([
    ['a missing segment', 'NO_SUCH_SEGMENT'],
    ['a refused token', 'TOKEN_REFUSED'],
  ])('fails for %s, and tries anew after a seek', async (_, code) => {
    const { cluster, reader } = setUp('x')
    cluster.segment(segment).deleted = code === 'NO_SUCH_SEGMENT'
    cluster.intercept = command => {
      if (code !== 'TOKEN_REFUSED' || command.command !== 'ReadSegment') return undefined
      const { requestId } = command
      return { command: 'AuthTokenCheckFailed', requestId, serverStackTrace: '', errorCode: 0 }
    }
    await expect(reader.read()).rejects.toMatchObject({ code })
    await expect(reader.read()).rejects.toMatchObject({ code })
    cluster.segment(segment).deleted = false
    cluster.intercept = undefined
    reader.seek(0n)
    expect(await text(reader)).toBe('x')
  })

  it('gives up after the attempts of its own policy', async () => {
    const { cluster, reader } = setUp('x', { retry: { attempts: 2 } })
    cluster.refuse = () => new PravegaError('CONNECTION_FAILED', 'nobody there')
    await expect(reader.read()).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' })
  })

  it('beyond the end of a sealed segment is an error, not an endless wait', async () => {
    const { cluster, reader } = setUp('abc', { offset: 4n })
    cluster.segment(segment).seal()
    await expect(reader.read()).rejects.toThrow(/sealed and ends at 3; there is nothing at 4/)
  })
})

describe('tryRead and onReadable', () => {
  it('give what has come without waiting', async () => {
    let told = 0
    const { cluster, reader } = setUp('', { onReadable: () => told++ })
    expect(reader.tryRead()).toBeUndefined()
    await until(() => asked(cluster).length === 1, 'the read')
    expect(told).toBe(0)
    cluster.segment(segment).append(Buffer.from('x'))
    await until(() => told === 1, 'the call')
    expect(reader.tryRead()).toMatchObject({ kind: 'data', offset: 0n })
    expect(reader.tryRead()).toBeUndefined()
  })
})

describe('seek', () => {
  it('drops what was read ahead, also while a read waits', async () => {
    const { reader } = setUp('0123456789')
    expect(await text(reader, 2)).toBe('01')
    reader.seek(8n)
    expect(reader.available).toBe(0)
    expect(await text(reader)).toBe('89')
    const waiting = text(reader)
    reader.seek(5n)
    expect(await waiting).toBe('56789')
  })

  it('does not leave reads behind at the server without end', async () => {
    const { cluster, reader } = setUp('x', { dedicatedConnection: true })
    for (let n = 0; n < 40; n++) {
      reader.seek(1n)
      const reads = asked(cluster).length
      expect(reader.tryRead()).toBeUndefined()
      await until(() => asked(cluster).length > reads, 'the read at the end')
    }
    const open = cluster.connections.filter(connection => connection.open)
    expect(open).toHaveLength(1)
    expect(open[0]?.received.filter(({ command }) => command === 'ReadSegment').length).toBeLessThan(20)
  })
})

describe('close', () => {
  it('fails the reads that wait, and ends a dedicated connection with what it waits for', async () => {
    const { cluster, reader } = setUp('', { dedicatedConnection: true })
    const waiting = reader.read()
    await until(() => asked(cluster).length === 1, 'the read')
    await reader.close()
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(reader.read()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(cluster.connections.map(({ open }) => open)).toEqual([false])
    await reader.close()
  })
})
