import { channel } from 'node:diagnostics_channel'
import { PravegaError, ScopedSegment } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import type { AppendBlock } from '../../src/append/append-block.ts'
import { PipelinedWriter } from '../../src/append/pipelined-writer.ts'
import { DIAGNOSTICS, type WaitMessage } from '../../src/diagnostics.ts'
import type { SegmentWriterOptions } from '../../src/segment-writer.ts'
import { FakeCluster, until } from '../support/fake-cluster.ts'

const segment = ScopedSegment.parse('s/t/0.#epoch.0')
const bytes = (text: string): Buffer => Buffer.from(text)

function setUp(options: SegmentWriterOptions = {}): { cluster: FakeCluster; writer: PipelinedWriter } {
  const cluster = new FakeCluster()
  return { cluster, writer: new PipelinedWriter(cluster.context(), segment, options, () => {}) }
}

function code(expected: string): object {
  return expect.objectContaining({ code: expected })
}

/** Appends a whole event, as a layer above would. */
function commit(writer: PipelinedWriter, text: string): AppendBlock {
  const data = bytes(text)
  const at = writer.reserve(data.length)
  expect(at).toBeGreaterThanOrEqual(0)
  writer.buffer.set(data, at)
  return writer.commit(data.length, 1)
}

describe('append', () => {
  it('stores in order what was appended, and flush tells when', async () => {
    const { cluster, writer } = setUp()
    await writer.append(bytes('hello '))
    await writer.append(bytes('world'))
    expect(writer.pendingBytes).toBe(11)
    await writer.flush()
    expect(cluster.segment(segment).bytes.toString()).toBe('hello world')
    expect(writer.pendingBytes).toBe(0)
    expect(writer.acknowledgedOffset).toBe(11n)
    await writer.close()
  })

  it('does not connect before there is something to append', async () => {
    const { cluster, writer } = setUp()
    await writer.flush()
    expect(cluster.connections).toHaveLength(0)
    await writer.close()
    expect(writer.state).toBe('closed')
  })

  it('puts what is appended in one turn, and while others are in flight, into common blocks', async () => {
    const { cluster, writer } = setUp()
    for (let n = 0; n < 100; n++) commit(writer, 'x')
    await writer.flush()
    cluster.hold()
    const first = commit(writer, 'a')
    await until(() => cluster.heldCount === 1, 'the first block')
    const second = commit(writer, 'b')
    expect(commit(writer, 'c')).toBe(second)
    expect(second).not.toBe(first)
    expect(second.events).toBe(2)
    cluster.release()
    await second.acked
    const ends = cluster.connections[0]?.received.filter(({ command }) => command === 'AppendBlockEnd')
    expect(ends).toMatchObject([{ numEvents: 100 }, { numEvents: 1 }, { numEvents: 2, lastEventNumber: 103n }])
    expect(cluster.segment(segment).bytes.toString()).toBe(`${'x'.repeat(100)}abc`)
  })

  it('lets the caller use its memory again at once', async () => {
    const { cluster, writer } = setUp()
    const data = Buffer.alloc(300_000, 1)
    await writer.append(data)
    data.fill(2)
    await writer.flush()
    expect(cluster.segment(segment).bytes.equals(Buffer.alloc(300_000, 1))).toBe(true)
  })

  it('splits what is larger than a block, and lends what is owned', async () => {
    const { cluster, writer } = setUp({ maxBlockBytes: 100_000 })
    const data = Buffer.from(Uint8Array.from({ length: 1_000_003 }, (_, n) => n % 251))
    await writer.append(data, { owned: true })
    await writer.append(bytes('end'))
    await writer.flush()
    expect(cluster.segment(segment).bytes.equals(Buffer.concat([data, bytes('end')]))).toBe(true)
  })

  it('waits while too much is in flight, and goes on as room comes', async () => {
    const { cluster, writer } = setUp({ maxInFlightBytes: 100, maxBlockBytes: 50 })
    cluster.hold()
    await writer.append(Buffer.alloc(100, 1))
    let accepted = false
    const waiting = writer.append(Buffer.alloc(120, 2)).then(() => {
      accepted = true
    })
    expect(writer.reserve(1)).toBe(-1)
    await until(() => cluster.heldCount === 1, 'the setup')
    expect(accepted).toBe(false)
    expect(writer.pendingBytes).toBe(100)
    cluster.release()
    await waiting
    await writer.flush()
    expect(cluster.segment(segment).bytes).toEqual(Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(120, 2)]))
  })

  it('tells how much of an append that was aborted will be there', async () => {
    const { cluster, writer } = setUp({ maxInFlightBytes: 100 })
    cluster.hold()
    const abort = new AbortController()
    const appending = writer.append(Buffer.alloc(150), { signal: abort.signal })
    abort.abort()
    await expect(appending).rejects.toMatchObject({ code: 'ABORTED', details: { accepted: 100 } })
    cluster.release()
    await writer.flush()
    expect(cluster.segment(segment).length).toBe(100)
  })

  it('refuses a piece that is too large, and names the limit', () => {
    const { writer } = setUp()
    expect(() => writer.reserve(8 * 1024 * 1024 + 9)).toThrow(/8388617 bytes .* at most 8388616/)
  })
})

describe('a lost connection', () => {
  it('is replaced, and what was not acknowledged is sent again with the same writer id', async () => {
    const { cluster, writer } = setUp()
    cluster.hold()
    await writer.append(bytes('one'))
    await until(() => cluster.heldCount === 1, 'the setup')
    cluster.release(1)
    await until(() => cluster.heldCount === 1, 'the append')
    cluster.connections[0]?.cut()
    cluster.release()
    await writer.append(bytes('two'))
    await writer.flush()
    // The first sending was still carried out after the cut.
    expect(cluster.segment(segment).bytes.toString()).toBe('onetwo')
    expect(cluster.connections).toHaveLength(2)
    expect(cluster.located).toHaveLength(2)
  })

  it('says on the diagnostics channel and in a late error what is waited for', async () => {
    const { cluster, writer } = setUp()
    const messages: WaitMessage[] = []
    const listen = (message: unknown): void => void messages.push(message as WaitMessage)
    channel(DIAGNOSTICS.wait).subscribe(listen)
    cluster.refuse = () => new PravegaError('CONNECTION_FAILED', 'nobody there')
    await writer.append(bytes('x'))
    await expect(writer.flush({ timeoutMs: 30 })).rejects.toThrow(
      /s\/t\/0.*connecting, after nobody there; 1 bytes pending.*waiting for acknowledgements.*30 ms/,
    )
    channel(DIAGNOSTICS.wait).unsubscribe(listen)
    expect(messages[0]).toMatchObject({ who: 'writer', segment: String(segment), attempt: 1 })
    cluster.refuse = undefined
    await writer.flush()
    expect(cluster.segment(segment).bytes.toString()).toBe('x')
  })

  it('made again brings what was committed before it first stood, although nobody flushes', async () => {
    const { cluster, writer } = setUp()
    let refused = 0
    cluster.refuse = () => (refused++ < 2 ? new PravegaError('CONNECTION_FAILED', 'nobody there') : undefined)
    const block = commit(writer, 'x')
    await block.acked
    expect(cluster.segment(segment).bytes.toString()).toBe('x')
    await writer.close()
  })

  it('that never stands fails what was committed, although nobody flushes', async () => {
    const { cluster, writer } = setUp({ retry: { attempts: 2 } })
    cluster.refuse = () => new PravegaError('CONNECTION_FAILED', 'nobody there')
    await expect(commit(writer, 'x').acked).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' })
  })

  it('ends the writer after the attempts of its own policy', async () => {
    const { cluster, writer } = setUp({ retry: { attempts: 3 } })
    cluster.refuse = () => new PravegaError('CONNECTION_FAILED', 'nobody there')
    await writer.append(bytes('x'))
    await expect(writer.flush()).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' })
    await expect(writer.append(bytes('y'))).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' })
  })

  it('without anything to append is not replaced', async () => {
    const { cluster, writer } = setUp()
    await writer.append(bytes('x'))
    await writer.flush()
    cluster.connections[0]?.cut()
    expect(writer.state).toBe('idle')
    expect(cluster.connections).toHaveLength(1)
    await writer.append(bytes('y'))
    await writer.flush()
    expect(cluster.segment(segment).bytes.toString()).toBe('xy')
  })

  it('is replaced somewhere else when the segment has moved', async () => {
    const { cluster, writer } = setUp()
    let moved = false
    cluster.intercept = command => {
      if (moved || command.command !== 'SetupAppend') return undefined
      moved = true
      const { requestId } = command
      return { command: 'WrongHost', requestId, segment: String(segment), correctHost: '', serverStackTrace: '' }
    }
    await writer.append(bytes('x'))
    await writer.flush()
    expect(cluster.located).toHaveLength(2)
  })

  it('is replaced with a new token when the old one has expired', async () => {
    const { cluster, writer } = setUp()
    let tokens = 0
    cluster.token = () => `token-${++tokens}`
    cluster.intercept = command => {
      if (command.command !== 'SetupAppend' || command.delegationToken === 'token-2') return undefined
      const { requestId } = command
      return { command: 'AuthTokenCheckFailed', requestId, serverStackTrace: '', errorCode: 1 }
    }
    await writer.append(bytes('x'))
    await writer.flush()
    expect(cluster.tokensGiven).toEqual(['s/t readWrite token-1', 's/t readWrite token-2'])
  })
})

describe('a segment that takes no more', () => {
  it('hands what it did not take to the layer above, with promises, data and context', async () => {
    const { cluster, writer } = setUp({
      onEnd: (cause, ended) => {
        expect(PravegaError.is(cause, 'SEGMENT_SEALED')).toBe(true)
        for (const block of ended.takeUnacked()) taken.push(block)
      },
    })
    const taken: ReturnType<typeof writer.takeUnacked>[number][] = []
    commit(writer, 'stored')
    await writer.flush()
    cluster.hold()
    const first = commit(writer, 'a')
    first.context = ['key of a']
    await until(() => cluster.heldCount === 1, 'the first block')
    const second = commit(writer, 'b')
    commit(writer, 'c')
    cluster.segment(segment).seal()
    cluster.release()
    await until(() => writer.state === 'closed', 'the end')
    expect(taken.map(block => Buffer.concat(block.data).toString())).toEqual(['a', 'bc'])
    expect(taken.map(({ events }) => events)).toEqual([1, 2])
    expect(taken[0]?.context).toEqual(['key of a'])
    taken[0]?.settle()
    taken[1]?.settle(new PravegaError('STREAM_SEALED', 'no successors'))
    await first.acked
    await expect(second.acked).rejects.toEqual(code('STREAM_SEALED'))
    await expect(writer.flush()).rejects.toEqual(code('SEGMENT_SEALED'))
    await writer.close()
  })

  it('fails everything when nobody takes it over', async () => {
    const { cluster, writer } = setUp()
    cluster.segment(segment).seal()
    const block = commit(writer, 'x')
    await expect(block.acked).rejects.toEqual(code('SEGMENT_SEALED'))
    expect(() => writer.reserve(1)).toThrow(/sealed/)
  })

  it('is told by close when nobody else has asked', async () => {
    const { cluster, writer } = setUp()
    cluster.segment(segment).deleted = true
    await writer.append(bytes('x'))
    await expect(writer.close()).rejects.toEqual(code('NO_SUCH_SEGMENT'))
    expect(writer.close()).toBe(writer.close())
  })

  it('is told once: a wait for room that ended with it has said it', async () => {
    const { cluster, writer } = setUp({ maxInFlightBytes: 10, maxBlockBytes: 10 })
    cluster.hold()
    commit(writer, '0123456789')
    const room = writer.ready(1)
    cluster.segment(segment).seal()
    cluster.release()
    await expect(room).rejects.toEqual(code('SEGMENT_SEALED'))
    await writer.close()
  })

  it('stays silent when an onEnd throws', async () => {
    const { cluster, writer } = setUp({
      onEnd: () => {
        throw new Error('mistake in the layer above')
      },
    })
    cluster.segment(segment).seal()
    await writer.append(bytes('x'))
    await expect(writer.flush()).rejects.toEqual(code('SEGMENT_SEALED'))
  })
})

describe('who assembles blocks', () => {
  it('knows the block before it is committed to', () => {
    const { writer } = setUp()
    expect(() => writer.block).toThrow(/reserve\(\) comes first/)
    writer.reserve(3)
    const { block } = writer
    writer.buffer.set(bytes('abc'), writer.reserve(3))
    expect(writer.commit(3, 1)).toBe(block)
  })

  it('is told of each outcome, in order, before those who wait for it', async () => {
    const told: string[] = []
    const { cluster, writer } = setUp({
      onSettled: (block, error) => void told.push(`${block.context} ${error?.code} ${writer.pendingBytes}`),
    })
    cluster.hold()
    const first = commit(writer, 'a')
    first.context = 'first'
    await until(() => cluster.heldCount === 1, 'the setup')
    cluster.release(1)
    await until(() => cluster.heldCount === 1, 'the append')
    const second = commit(writer, 'bc')
    second.context = 'second'
    void first.acked.then(() => told.push('first acked'))
    cluster.release()
    await second.acked
    const third = commit(writer, 'd')
    third.context = 'third'
    await writer.close({ force: true })
    expect(told).toEqual(['first undefined 2', 'first acked', 'second undefined 0', 'third CLOSED 0'])
  })

  it('is not told of what it has taken over', async () => {
    const told: unknown[] = []
    const { cluster, writer } = setUp({
      onEnd: (_, ended) => void ended.takeUnacked(),
      onSettled: block => void told.push(block),
    })
    cluster.segment(segment).seal()
    commit(writer, 'x')
    await until(() => writer.state === 'closed', 'the end')
    expect(told).toEqual([])
  })
})

describe('a writer with an expected offset', () => {
  it('knows where it is and refuses to go on when somebody else has written', async () => {
    const { cluster, writer } = setUp({ expectedOffset: 0 })
    await writer.append(bytes('abc'))
    expect(writer.offset).toBe(3n)
    await writer.flush()
    cluster.segment(segment).append(bytes('XX'))
    await writer.append(bytes('def'))
    await expect(writer.flush()).rejects.toThrow(/does not end at 3.*reset\(\).*seekToTail\(\)/)
    expect(writer.state).toBe('conflict')
    await expect(writer.append(bytes('g'))).rejects.toEqual(code('CONDITIONAL_CHECK_FAILED'))
    await writer.reset()
    expect(writer.offset).toBe(3n)
    writer.seek(5n)
    await writer.append(bytes('ghi'))
    await writer.flush()
    expect(cluster.segment(segment).bytes.toString()).toBe('abcXXghi')
    expect(cluster.connections).toHaveLength(1)
  })

  it('drops what was not sent, and waits for what was, when it is reset', async () => {
    const { cluster, writer } = setUp({ expectedOffset: 0, maxBlockBytes: 3 })
    cluster.hold()
    await writer.append(bytes('abcdef'))
    await until(() => cluster.heldCount === 1, 'the setup')
    cluster.release(1)
    await until(() => cluster.heldCount === 1, 'the first append')
    const resetting = writer.reset()
    cluster.release()
    await resetting
    expect(cluster.segment(segment).bytes.toString()).toBe('abc')
    expect(writer.offset).toBe(3n)
    expect(writer.pendingBytes).toBe(0)
  })

  it('cannot seek while bytes are pending, nor can another writer', async () => {
    const { writer } = setUp({ expectedOffset: 0 })
    await writer.append(bytes('abc'))
    expect(() => writer.seek(0n)).toThrow(/3 bytes are pending; flush\(\) first/)
    expect(() => setUp().writer.seek(0n)).toThrow(/go to the end/)
  })
})

describe('appendIf', () => {
  it('tells whether the segment was as long as expected, between other appends', async () => {
    const { cluster, writer } = setUp()
    await writer.append(bytes('abc'))
    expect(await writer.appendIf(3n, bytes('de'))).toBe(true)
    expect(await writer.appendIf(3n, bytes('no'))).toBe(false)
    await writer.append(bytes('f'))
    await writer.flush()
    expect(cluster.segment(segment).bytes.toString()).toBe('abcdef')
  })

  it('finds out what became of an append whose answer was lost', async () => {
    const { cluster, writer } = setUp()
    let cuts = 0
    cluster.intercept = command => {
      if (command.command !== 'ConditionalBlockEnd' || cuts > 0) return undefined
      cuts += 1
      cluster.segment(segment).append(command.data)
      cluster.segment(segment).attributes.set(command.writerId, command.eventNumber)
      return 'cut'
    }
    expect(await writer.appendIf(0n, bytes('abc'))).toBe(true)
    expect(cluster.segment(segment).bytes.toString()).toBe('abc')
    expect(cuts).toBe(1)
  })
})

describe('close', () => {
  it('finishes what was appended, and takes nothing more', async () => {
    const { cluster, writer } = setUp()
    await writer.append(bytes('x'))
    const closing = writer.close()
    await expect(writer.append(bytes('y'))).rejects.toEqual(code('CLOSED'))
    await closing
    expect(cluster.segment(segment).bytes.toString()).toBe('x')
    await expect(writer.flush()).rejects.toEqual(code('CLOSED'))
  })

  it('with force waits for nothing and fails what is pending', async () => {
    const { cluster, writer } = setUp({ maxInFlightBytes: 10 })
    cluster.hold()
    const block = commit(writer, 'abc')
    const waiting = writer.append(Buffer.alloc(100))
    const closing = writer.close()
    await Promise.all([
      expect(waiting).rejects.toEqual(code('CLOSED')),
      expect(block.acked).rejects.toEqual(code('CLOSED')),
      writer.close({ force: true }),
    ])
    await closing
  })
})
