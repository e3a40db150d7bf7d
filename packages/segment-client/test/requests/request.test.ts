import { PravegaError, ScopedSegment } from '@pravega-ts/model'
import type { Reply, Request } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import * as attributes from '../../src/requests/attribute-requests.ts'
import * as lifecycle from '../../src/requests/lifecycle-requests.ts'
import { read } from '../../src/requests/read-request.ts'
import { request } from '../../src/store-context.ts'
import { FakeCluster } from '../support/fake-cluster.ts'

const segment = ScopedSegment.parse('s/t/0.#epoch.0')
const ATTRIBUTE = '00000000-0000-0000-0000-000000000001'
const trace = { serverStackTrace: '' }

/** The first time a command comes, this becomes of it. */
function once(cluster: FakeCluster, name: Request['command'], what: (id: bigint) => Reply | 'cut' | 'silence'): void {
  let done = false
  cluster.intercept = command => {
    if (done || command.command !== name || !('requestId' in command)) return undefined
    done = true
    return what(command.requestId)
  }
}

describe('a request', () => {
  it('goes to where the controller says, with its token, and gives the connection back', async () => {
    const cluster = new FakeCluster()
    cluster.token = () => 'let me in'
    cluster.segment(segment).append(Buffer.from('abc'))
    const info = await request(cluster.context(), lifecycle.getInfo(segment), undefined)
    expect(info).toEqual({
      segment,
      isSealed: false,
      startOffset: 0n,
      writeOffset: 3n,
      lastModified: new Date(1_700_000_000_000),
    })
    expect(cluster.connections[0]?.received).toMatchObject([{ delegationToken: 'let me in' }])
    expect(cluster.connections[0]?.open).toBe(false)
    expect(cluster.tokensGiven).toEqual(['s/t read let me in'])
  })

  it.each<[string, (id: bigint) => Reply | 'cut', { located: number; tokens: number }]>([
    ['a lost connection', () => 'cut', { located: 2, tokens: 1 }],
    [
      'a segment that has moved',
      requestId => ({ command: 'WrongHost', requestId, segment: '', correctHost: '', ...trace }),
      { located: 2, tokens: 1 },
    ],
    [
      'an expired token',
      requestId => ({ command: 'AuthTokenCheckFailed', requestId, errorCode: 1, ...trace }),
      { located: 1, tokens: 2 },
    ],
  ])('is made again after %s', async (_, what, { located, tokens }) => {
    const cluster = new FakeCluster()
    once(cluster, 'GetStreamSegmentInfo', what)
    await request(cluster.context(), lifecycle.getInfo(segment), undefined)
    expect(cluster.located).toHaveLength(located)
    expect(cluster.tokensGiven).toHaveLength(tokens)
  })

  it('is made again when no answer comes in the time of one request', async () => {
    const cluster = new FakeCluster()
    once(cluster, 'GetStreamSegmentInfo', () => 'silence')
    const context = cluster.context({ timeouts: { requestMs: 20 } })
    const info = await request(context, lifecycle.getInfo(segment), { timeoutMs: 5_000 })
    expect(info.writeOffset).toBe(0n)
  })

  it('ends with the deadline of the call, and with its signal', async () => {
    const cluster = new FakeCluster()
    cluster.intercept = () => 'silence'
    const plan = lifecycle.getInfo(segment)
    const error = await request(cluster.context(), plan, { timeoutMs: 10 }).catch(PravegaError.from)
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: expect.stringContaining(String(segment)) })
    await expect(request(cluster.context(), plan, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  it('gives up after the attempts of the policy, and keeps the last reason', async () => {
    const cluster = new FakeCluster()
    cluster.refuse = () => new PravegaError('CONNECTION_FAILED', 'nobody there')
    const failing = request(cluster.context(), lifecycle.getInfo(segment), undefined)
    await expect(failing).rejects.toMatchObject({
      code: 'RETRIES_EXHAUSTED',
      message: expect.stringMatching(/5 attempts.*nobody there/),
      cause: expect.objectContaining({ code: 'CONNECTION_FAILED' }),
    })
  })

  it('is not repeated when the answer is final', async () => {
    const cluster = new FakeCluster()
    cluster.segment(segment).deleted = true
    await expect(request(cluster.context(), lifecycle.getInfo(segment), undefined)).rejects.toMatchObject({
      code: 'NO_SUCH_SEGMENT',
    })
    expect(cluster.connections).toHaveLength(1)
  })
})

describe('idempotent requests', () => {
  it('take "it is so already" for success', async () => {
    const cluster = new FakeCluster()
    const context = cluster.context()
    cluster.segment(segment).append(Buffer.from('abcdef'))
    await request(context, lifecycle.seal(segment), undefined)
    await request(context, lifecycle.seal(segment), undefined)
    await request(context, lifecycle.truncate(segment, 4), undefined)
    await request(context, lifecycle.truncate(segment, 2), undefined)
    expect(cluster.segment(segment)).toMatchObject({ sealed: true, startOffset: 4 })
  })

  it('refuse to truncate beyond the end, and offsets that cannot be', async () => {
    const cluster = new FakeCluster()
    await expect(request(cluster.context(), lifecycle.truncate(segment, 1), undefined)).rejects.toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
    })
    expect(() => lifecycle.truncate(segment, -1)).toThrow(/offsets go from 0/)
    expect(() => lifecycle.truncate(segment, 2 ** 60)).toThrow(/bigint/)
    expect(() => lifecycle.truncate(segment, 0.5)).toThrow(/bigint/)
  })
})

describe('a single read', () => {
  it('gives what is there, and hints where the end is', async () => {
    const cluster = new FakeCluster()
    cluster.segment(segment).append(Buffer.from('abcdefghijkl'))
    const bytes = (text: string): Buffer => Buffer.from(text)
    const first = await request(cluster.context(), read(segment, 0, 8), undefined)
    expect(first).toEqual({ kind: 'data', offset: 0n, bytes: bytes('abcdefgh'), atTail: false })
    const rest = await request(cluster.context(), read(segment, 8n), undefined)
    expect(rest).toEqual({ kind: 'data', offset: 8n, bytes: bytes('ijkl'), atTail: true })
    expect(cluster.tokensGiven).toEqual(['s/t read ', 's/t read '])
  })

  it('says that nothing is there any more, or will be', async () => {
    const cluster = new FakeCluster()
    const content = cluster.segment(segment)
    content.append(Buffer.from('abcdef'))
    content.startOffset = 3
    const truncated = await request(cluster.context(), read(segment, 0), undefined)
    expect(truncated).toEqual({ kind: 'truncated', offset: 0n, startOffset: 3n })
    const waiting = request(cluster.context(), read(segment, 6), undefined)
    content.seal()
    expect(await waiting).toEqual({ kind: 'endOfSegment', offset: 6n })
    expect(await request(cluster.context(), read(segment, 6), undefined)).toEqual({ kind: 'endOfSegment', offset: 6n })
  })

  it('waits at the end, as long as the call may take', async () => {
    const cluster = new FakeCluster()
    const call = { timeoutMs: 20 }
    await expect(request(cluster.context(), read(segment, 0), call)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
    const waiting = request(cluster.context(), read(segment, 0), undefined)
    cluster.segment(segment).append(Buffer.from('x'))
    expect(await waiting).toMatchObject({ kind: 'data', offset: 0n })
  })

  it('is made again after a lost connection, and refuses lengths that servers would change', async () => {
    const cluster = new FakeCluster()
    cluster.segment(segment).append(Buffer.from('x'))
    once(cluster, 'ReadSegment', () => 'cut')
    expect(await request(cluster.context(), read(segment, 0), undefined)).toMatchObject({ kind: 'data' })
    for (const length of [0, 7, 8.5, 2 * 1024 * 1024 + 1]) expect(() => read(segment, 0, length)).toThrow(/from 8 to/)
  })
})

describe('requests that are not', () => {
  it('say that their outcome is unknown when an answer was lost and the next one does not tell', async () => {
    const cluster = new FakeCluster()
    const source = { parent: segment, name: 's/t/0.#epoch.0#transient.1' }
    once(cluster, 'MergeSegments', () => 'cut')
    const merging = request(
      {
        ...cluster.context(),
      },
      lifecycle.merge(segment, source, {}),
      undefined,
    )
    // Asked again, the segment store does not know the source any more.
    const first = cluster.intercept
    cluster.intercept = command => {
      const usual = first?.(command)
      if (usual !== undefined || command.command !== 'MergeSegments') return usual
      return { command: 'NoSuchSegment', requestId: command.requestId, segment: source.name, offset: -1n, ...trace }
    }
    await expect(merging).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      retriable: false,
      details: { outcome: 'unknown', answer: 'NO_SUCH_SEGMENT' },
    })
  })

  it('say what the answer says when none was lost', async () => {
    const cluster = new FakeCluster()
    const source = { parent: segment, name: 's/t/0.#epoch.0#transient.1' }
    cluster.intercept = command =>
      command.command === 'MergeSegments'
        ? { command: 'NoSuchSegment', requestId: command.requestId, segment: source.name, offset: -1n, ...trace }
        : undefined
    await expect(request(cluster.context(), lifecycle.merge(segment, source, {}), undefined)).rejects.toMatchObject({
      code: 'NO_SUCH_SEGMENT',
    })
  })
})

describe('attributes', () => {
  it('are set when they have the expected value, and read', async () => {
    const context = new FakeCluster().context()
    const set = (expected: bigint | undefined, value: bigint | undefined): Promise<boolean> =>
      request(context, attributes.setAttribute(segment, ATTRIBUTE, expected, value), undefined)
    const get = (): Promise<bigint | undefined> =>
      request(context, attributes.getAttribute(segment, ATTRIBUTE), undefined)
    expect(await get()).toBeUndefined()
    expect(await set(undefined, 1n)).toBe(true)
    expect(await set(undefined, 2n)).toBe(false)
    expect(await get()).toBe(1n)
    expect(await set(1n, undefined)).toBe(true)
    expect(await get()).toBeUndefined()
  })
})
