import type { JsonValue } from '@bufbuild/protobuf'
import { silentLogger } from '@pravega-ts/config'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openAccessControl } from '../../src/accounts/access-control.ts'
import type { AccountsOptions } from '../../src/index.ts'
import { systemClock } from '../../src/time/clock.ts'
import { type Answer, ControllerHarness, streamConfig } from '../controller/controller-harness.ts'
import { recordedCalls } from '../controller/transcripts.ts'
import { basic, KeepingLogger, openAccess, RECORDED } from './test-access.ts'

type Recorded = ReturnType<typeof recordedCalls>[number] & { readonly credentials?: string }

const CREDENTIALS: Readonly<Record<string, string | undefined>> = {
  none: undefined,
  'Basic admin': basic('admin', '1111_aaaa'),
  'Basic reader (READ only)': basic('reader', '2222_bbbb'),
  'Basic nobody': basic('nobody', '3333_cccc'),
  'Basic admin:wrong': basic('admin', 'wrong'),
  'Basic ghost:x': basic('ghost', 'x'),
  'Basic !!!notbase64': 'Basic !!!notbase64',
  'Basic base64(nocolon)': `Basic ${Buffer.from('nocolon').toString('base64')}`,
  'Bearer abc': 'Bearer abc',
  'basic (lower case) admin': basic('admin', '1111_aaaa').replace('Basic', 'basic'),
}
/** Answered otherwise on purpose: clients are told where the server is. */
const SERVED_HERE = ['S7']
/** Their point is TLS. */
const ABOUT_TLS = ['S1', 'S2', 'S3', 'S4', 'S5']

describe('as recorded on Pravega', () => {
  let harness: ControllerHarness
  beforeAll(async () => {
    harness = await new ControllerHarness({
      access: await openAccessControl(RECORDED, systemClock, silentLogger),
    }).start()
  })
  afterAll(() => harness.stop())

  const calls = (recordedCalls('S') as readonly Recorded[]).filter(({ id }) => !ABOUT_TLS.includes(id))
  test.each(calls.map(call => [call.id, call.method, call.note, call.credentials ?? '', call] as const))(
    '%s %s: %s (%s)',
    async (id, method, _, credentials, call) => {
      expect(CREDENTIALS).toHaveProperty([credentials])
      const authorization = CREDENTIALS[credentials]
      const answer = await harness.call(method, call.request, authorization ? { metadata: { authorization } } : {})
      if (SERVED_HERE.includes(id)) {
        expect(answer.grpc).toBe('OK')
        return
      }
      expect({ grpc: answer.grpc, details: answer.details }).toEqual({ grpc: call.grpc, details: call.details ?? '' })
      if (call.response !== undefined) expect(comparable(answer.response)).toEqual(comparable(call.response))
      // Pravega sends the credentials back.
      expect(answer.trailers ?? []).not.toContain('authorization')
    },
  )
})

describe('callers', () => {
  test('are logged when they are refused, without what they came with', async () => {
    const kept = new KeepingLogger()
    const harness = await start(RECORDED, kept)
    await harness.call('createScope', { scope: 'x' }, as('admin', 'wrong'))
    await harness.call('createScope', { scope: 'x' }, { metadata: { authorization: 'Basic !!!' } })
    await harness.call('createScope', { scope: 'x' })
    await harness.call('createScope', { scope: 'x' }, as('reader', '2222_bbbb'))
    const peer = expect.stringMatching(/^(127\.0\.0\.1|\[?::1\]?):\d+$/)
    const method = 'createScope'
    expect(kept.lines.filter(({ message }) => message.startsWith('call refused'))).toEqual([
      { level: 'warn', message: 'call refused: wrong credentials', fields: { user: 'admin', peer, method } },
      { level: 'warn', message: 'call refused: credentials that cannot be read', fields: { peer, method } },
      { level: 'info', message: 'call refused: no credentials', fields: { peer, method } },
      {
        level: 'info',
        message: 'call refused: no permission',
        fields: { user: 'reader', peer, method, needs: 'READ_UPDATE', on: ['prn::/'] },
      },
    ])
    expect(JSON.stringify(kept.lines)).not.toMatch(/wrong"|2222_bbbb|Basic /)
  })

  test('see in lists what they may read', async () => {
    const harness = await start({
      users: [
        { name: 'admin', password: 'a', permissions: ['prn::*,READ_UPDATE'] },
        {
          name: 'some',
          password: 's',
          permissions: [
            'prn::/,READ',
            'prn::/scope:one,READ',
            'prn::/scope:one/stream:b*,READ',
            'prn::/scope:one/key-value-table:t2,READ',
          ],
        },
      ],
    })
    for (const scope of ['one', 'two']) await harness.call('createScope', { scope }, as('admin', 'a'))
    for (const stream of ['a', 'b1', 'b2']) {
      const config = { ...streamConfig('one', stream, 1), tags: { tag: ['red'] } }
      await harness.call('createStream', config, as('admin', 'a'))
    }
    for (const kvtName of ['t1', 't2']) {
      const table = { scope: 'one', kvtName, partitionCount: 1, primaryKeyLength: 4, secondaryKeyLength: 0 }
      await harness.call('createKeyValueTable', table, as('admin', 'a'))
    }
    const one = { scope: { scope: 'one' } }
    expect((await harness.call('listScopes', {}, as('some', 's'))).response).toMatchObject({ scopes: ['one'] })
    expect((await harness.call('listStreamsInScope', one, as('some', 's'))).response).toMatchObject({
      streams: [{ stream: 'b1' }, { stream: 'b2' }],
    })
    expect((await harness.call('listKeyValueTablesInScope', one, as('some', 's'))).response).toMatchObject({
      kvtables: [{ kvtName: 't2' }],
    })
    const tagged = [] as string[]
    let token = ''
    for (;;) {
      const page = await harness.call(
        'listStreamsInScopeForTag',
        { ...one, tag: 'red', continuationToken: { token } },
        as('some', 's'),
      )
      const { continuationToken, streams } = page.response as {
        continuationToken: { token: string }
        streams: { stream: string }[]
      }
      if (streams.length === 0) break
      tagged.push(...streams.map(({ stream }) => stream))
      token = continuationToken.token
    }
    expect(tagged.sort()).toEqual(['b1', 'b2'])
    expect(await harness.call('listStreamsInScope', { scope: { scope: 'two' } }, as('some', 's'))).toMatchObject({
      grpc: 'PERMISSION_DENIED',
    })
  })

  test('of a call without names are told that they are missing', async () => {
    const harness = await start(RECORDED)
    for (const [method, request] of [
      ['checkScopeExists', {}],
      ['getCurrentSegments', { scope: 'authscope' }],
      ['getDelegationToken', { stream: 'a' }],
      ['getURI', {}],
    ] as const) {
      expect(await harness.call(method, request, as('admin', '1111_aaaa'))).toMatchObject({ grpc: 'INTERNAL' })
    }
  })
})

describe('tokens', () => {
  const users = [
    { name: 'admin', password: 'a', permissions: ['prn::*,READ_UPDATE'] },
    { name: 'streams', password: 's', permissions: ['prn::/scope:one/stream:*,READ_UPDATE'] },
    { name: 'tables', password: 't', permissions: ['prn::/scope:one/key-value-table:*,READ_UPDATE'] },
    { name: 'member', password: 'm', permissions: ['prn::/scope:one/reader-group:g,READ', 'prn::/scope:one,READ'] },
    { name: 'watcher', password: 'w', permissions: ['prn::/scope:one/stream:x,READ'] },
  ]

  async function claims(answer: Answer): Promise<unknown> {
    if (answer.grpc !== 'OK') return answer.grpc
    return comparable(answer.response)
  }

  async function withTable(options: Partial<AccountsOptions> = {}): Promise<ControllerHarness> {
    const harness = await start({ users, ...options } as AccountsOptions)
    await harness.call('createScope', { scope: 'one' }, as('admin', 'a'))
    const table = { scope: 'one', kvtName: 'x', partitionCount: 1, primaryKeyLength: 4, secondaryKeyLength: 0 }
    await harness.call('createKeyValueTable', table, as('admin', 'a'))
    return harness
  }

  const ask = (harness: ControllerHarness, stream: string, user: string, accessOperation = 'READ_WRITE') =>
    harness.call('getDelegationToken', { scope: 'one', stream, accessOperation }, as(user, user.charAt(0))).then(claims)

  test('for a name that is a stream and a table are for what the caller may use', async () => {
    const harness = await withTable()
    const stream = { 'prn::/scope:one/stream:x': 'READ_UPDATE' }
    const table = { 'prn::/scope:one/key-value-table:x': 'READ_UPDATE' }
    expect(await ask(harness, 'x', 'admin')).toMatchObject({ delegationToken: { ...stream, ...table } })
    expect(await ask(harness, 'x', 'streams')).toMatchObject({
      delegationToken: expect.not.objectContaining(table),
    })
    expect(await ask(harness, 'x', 'tables')).toMatchObject({ delegationToken: expect.not.objectContaining(stream) })
  })

  test('for the segments of a table are not to be had by those who may use streams', async () => {
    const harness = await withTable()
    expect(await ask(harness, 'x_kvtable', 'streams')).toBe('PERMISSION_DENIED')
    expect(await ask(harness, 'x_kvtable', 'tables')).toMatchObject({
      delegationToken: { 'prn::/scope:one/key-value-table:x': 'READ_UPDATE' },
    })
    // Not a table of the controller: a segment of that name is made on the segment store.
    expect(await ask(harness, 'y_kvtable', 'streams')).toMatchObject({
      delegationToken: { 'prn::/scope:one/stream:y_kvtable': 'READ_UPDATE' },
    })
    const uri = { streamInfo: { scope: 'one', stream: 'x_kvtable' }, segmentId: '0' }
    expect(await harness.call('getURI', uri, as('tables', 't'))).toMatchObject({ grpc: 'OK' })
    expect(await harness.call('getURI', uri, as('member', 'm'))).toMatchObject({ grpc: 'PERMISSION_DENIED' })
  })

  test('come with the segments of a table', async () => {
    const harness = await withTable()
    const answer = await harness.call(
      'getCurrentSegmentsKeyValueTable',
      { scope: 'one', kvtName: 'x' },
      as('tables', 't'),
    )
    expect(await claims(answer)).toMatchObject({
      delegationToken: { 'prn::/scope:one/key-value-table:x': 'READ_UPDATE' },
    })
  })

  test('for the state of a group take READ_UPDATE on the group, or READ where the options say so', async () => {
    const strict = await withTable()
    expect(await ask(strict, '_RGg', 'member')).toBe('PERMISSION_DENIED')
    expect(await ask(strict, '_RGg', 'member', 'READ')).toMatchObject({
      delegationToken: { 'prn::/scope:one/stream:_RGg': 'READ' },
    })
    expect(await strict.call('createReaderGroup', group(), as('member', 'm'))).toMatchObject({
      grpc: 'PERMISSION_DENIED',
    })
    const lenient = await withTable({ readerGroupsNeed: 'READ' })
    expect(await ask(lenient, '_RGg', 'member')).toMatchObject({
      delegationToken: { 'prn::/scope:one/stream:_RGg': 'READ_UPDATE' },
    })
    expect(await lenient.call('createReaderGroup', group(), as('member', 'm'))).toMatchObject({ grpc: 'OK' })
  })

  test('for watermarks go by the stream', async () => {
    const strict = await withTable()
    expect(await ask(strict, '_MARKx', 'watcher', 'READ')).toMatchObject({
      delegationToken: { 'prn::/scope:one/stream:_MARKx': 'READ' },
    })
    expect(await ask(strict, '_MARKx', 'watcher')).toBe('PERMISSION_DENIED')
    expect(await ask(strict, '_MARKy', 'watcher', 'READ')).toBe('PERMISSION_DENIED')
    const lenient = await withTable({ readerGroupsNeed: 'READ' })
    expect(await ask(lenient, '_MARKx', 'watcher')).toMatchObject({
      delegationToken: { 'prn::/scope:one/stream:_MARKx': 'READ_UPDATE' },
    })
  })
})

test('without accounts, credentials are not looked at and tokens are empty', async () => {
  const harness = await new ControllerHarness().start()
  onTestFinished(() => harness.stop())
  expect(await harness.call('createScope', { scope: 'one' }, as('ghost', 'x'))).toMatchObject({ grpc: 'OK' })
  const request = { scope: 'one', stream: 'x', accessOperation: 'READ' }
  expect((await harness.call('getDelegationToken', request)).response).toEqual({ delegationToken: '' })
})

async function start(options: AccountsOptions, kept: KeepingLogger = new KeepingLogger()): Promise<ControllerHarness> {
  const { logger } = kept
  const harness = await new ControllerHarness({ access: await openAccess(options, { logger }), logger }).start()
  onTestFinished(() => harness.stop())
  return harness
}

function as(user: string, password: string): { metadata: Readonly<Record<string, string>> } {
  return { metadata: { authorization: basic(user, password) } }
}

function group(): { [name: string]: JsonValue } {
  return {
    scope: 'one',
    readerGroupName: 'g',
    groupRefreshTimeMillis: '3000',
    automaticCheckpointIntervalMillis: '30000',
    maxOutstandingCheckpointRequest: 3,
    retentionType: 0,
    generation: '0',
    readerGroupId: '00000000-0000-0000-0000-000000000000',
    startingStreamCuts: [{ streamInfo: { scope: 'one', stream: 'x' }, cut: {} }],
  }
}

/** Tokens as what they say, without who asked and when; pages without their position; no ports. */
function comparable(value: JsonValue | undefined, name = ''): unknown {
  if (typeof value === 'string' && name === 'delegationToken' && value !== '') {
    const { exp, iat, user, ...claims } = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString())
    return { ...claims, lifetime: exp - iat }
  }
  if (name === 'token' || name === 'port') return 'any'
  if (Array.isArray(value)) return value.map(item => comparable(item))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item, key)]))
}
