import { randomUUID } from 'node:crypto'
import type { Command } from '@pravega-ts/wire-protocol'
import { describe, expect, test } from 'vitest'
import type { AccessControl } from '../../src/accounts/access-control.ts'
import type { Permission } from '../../src/accounts/permissions.ts'
import { TestClock } from '../../src/index.ts'
import { CLOSED, type RawClient } from '../support/raw-client.ts'
import * as requests from '../support/requests.ts'
import { TestStore } from '../support/segment-store.ts'
import { KeepingLogger, openAccess, RECORDED } from './test-access.ts'

const SEGMENT = 'scope/stream/0.#epoch.0'
const TABLE = 'scope/stream/table'
const OTHER = 'scope/other/0.#epoch.0'
const LIFETIME_MS = 600_000

const READS: readonly Command[] = [
  requests.segmentInfo(1n, SEGMENT),
  requests.readSegment(1n, SEGMENT, 0n),
  requests.getAttribute(1n, SEGMENT, randomUUID()),
  requests.tableInfo(1n, TABLE),
  requests.readTable(1n, TABLE, 'key'),
  requests.readEntries(1n, TABLE),
  requests.readDelta(1n, TABLE, 0n),
]
const WRITES: readonly Command[] = [
  requests.setupAppend(1n, randomUUID(), SEGMENT),
  requests.createSegment(1n, 'scope/stream/1.#epoch.0'),
  requests.createTable(1n, 'scope/stream/another'),
  requests.setAttribute(1n, SEGMENT, randomUUID(), requests.UNSET, 1n),
  requests.updateTable(1n, TABLE, [requests.entry('key', 'value')]),
  requests.removeKeys(1n, TABLE, [requests.key('none')]),
  requests.truncateSegment(1n, SEGMENT, 0n),
  {
    command: 'CreateTransientSegment',
    requestId: 1n,
    writerId: randomUUID(),
    parentSegment: SEGMENT,
    delegationToken: '',
  },
  { command: 'UpdateSegmentPolicy', requestId: 1n, segment: SEGMENT, targetRate: 0, scaleType: 0, delegationToken: '' },
  requests.mergeSegments(1n, SEGMENT, 'scope/stream/none'),
  requests.mergeBatch(1n, SEGMENT, 'scope/stream/none'),
  requests.about('SealSegment', 1n, SEGMENT),
  requests.about('DeleteSegment', 1n, SEGMENT),
  { command: 'DeleteTableSegment', requestId: 1n, segment: TABLE, mustBeEmpty: false, delegationToken: '' },
]

interface Scene {
  readonly access: AccessControl
  readonly clock: TestClock
  readonly client: RawClient
  readonly store: TestStore
  readonly kept: KeepingLogger
  token(permission: Permission, ...streams: readonly string[]): string
}

async function open(): Promise<Scene> {
  const clock = new TestClock()
  const kept = new KeepingLogger()
  const access = await openAccess(RECORDED, { clock })
  const store = await TestStore.start({ access, clock, logger: kept.logger })
  store.catalog.addStream(SEGMENT, { scaleType: 0, targetRate: 0, rolloverSizeBytes: 0n })
  store.catalog.addStream(OTHER, { scaleType: 0, targetRate: 0, rolloverSizeBytes: 0n })
  store.catalog.addTable(TABLE, { keyLength: 0, rolloverSizeBytes: 0n })
  return {
    access,
    clock,
    store,
    kept,
    client: await store.connect(),
    token: (permission, ...streams) =>
      access.tokens.issue(
        'alice',
        (streams.length > 0 ? streams : ['stream']).map(stream => ({
          resource: `prn::/scope:scope/stream:${stream}`,
          permission,
        })),
      ),
  }
}

function withToken<C extends Command>(command: C, delegationToken: string): C {
  return { ...command, delegationToken }
}

const refused = (errorCode: number) => ({ command: 'AuthTokenCheckFailed', requestId: 1n, errorCode })
const names = (commands: readonly Command[]) => commands.map(command => [command.command, command] as const)

describe('each request needs a token', () => {
  test.each(names([...READS, ...WRITES]))('%s', async (_, request) => {
    const { client, clock, token } = await open()
    expect(await client.ask(request)).toMatchObject(refused(0))
    expect(await client.ask(withToken(request, 'a.b.c'))).toMatchObject(refused(0))
    expect(await client.ask(withToken(request, token('READ_UPDATE', 'other')))).toMatchObject(refused(0))
    expect(await client.ask(withToken(request, token('NONE')))).toMatchObject(refused(0))
    const good = token('READ_UPDATE')
    clock.advance(LIFETIME_MS)
    expect(await client.ask(withToken(request, good))).toMatchObject(refused(1))
  })
})

test.each(names(READS.filter(({ command }) => command !== 'ReadSegment')))('%s takes READ', async (_, request) => {
  const { client, token } = await open()
  expect(await client.ask(withToken(request, token('READ')))).not.toMatchObject({ command: 'AuthTokenCheckFailed' })
})

test.each(names(WRITES))('%s takes READ_UPDATE', async (_, request) => {
  const { client, token } = await open()
  expect(await client.ask(withToken(request, token('READ')))).toMatchObject(refused(0))
  expect(await client.ask(withToken(request, token('READ_UPDATE')))).not.toMatchObject({
    command: 'AuthTokenCheckFailed',
  })
})

test('a read takes READ, and waits with it', async () => {
  const { client, token } = await open()
  client.send(withToken(requests.readSegment(5n, SEGMENT, 0n), token('READ')))
  const writerId = randomUUID()
  client.send(withToken(requests.setupAppend(6n, writerId, SEGMENT), token('READ_UPDATE')))
  await client.expect('AppendSetup')
  client.send(requests.append(writerId, 1n, 'data'))
  const received = [await client.next(), await client.next()]
  expect(received).toContainEqual(expect.objectContaining({ command: 'SegmentRead', requestId: 5n }))
})

test('merging takes READ_UPDATE on both segments', async () => {
  const { client, token } = await open()
  for (const merge of [requests.mergeSegments(1n, SEGMENT, OTHER), requests.mergeBatch(1n, SEGMENT, OTHER)]) {
    expect(await client.ask(withToken(merge, token('READ_UPDATE')))).toMatchObject(refused(0))
  }
  const merge = withToken(requests.mergeSegments(1n, SEGMENT, OTHER), token('READ_UPDATE', 'stream', 'other'))
  expect(await client.ask(merge)).toMatchObject({ command: 'SegmentsMerged' })
})

test('a refused read is answered under its own request id', async () => {
  const { client } = await open()
  expect(await client.ask(requests.readSegment(77n, SEGMENT, 12_345n))).toMatchObject({
    command: 'AuthTokenCheckFailed',
    requestId: 77n,
  })
})

test('a refusal is logged with who and what, without the token', async () => {
  const { client, kept, token } = await open()
  await client.ask(withToken(requests.about('SealSegment', 1n, SEGMENT), token('READ')))
  expect(kept.lines.filter(({ level }) => level === 'info')).toEqual([
    {
      level: 'info',
      message: 'request refused',
      fields: {
        request: 'SealSegment',
        segments: [SEGMENT],
        user: 'alice',
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        reason: 'the token does not allow READ_UPDATE',
      },
    },
  ])
})

describe('when the token of a writer expires', () => {
  async function withWriter(scene: Scene, writerId: string = randomUUID()): Promise<string> {
    scene.client.send(withToken(requests.setupAppend(1n, writerId, SEGMENT), scene.token('READ_UPDATE')))
    await scene.client.expect('AppendSetup')
    return writerId
  }

  test('its connection ends, and what was appended before is acknowledged', async () => {
    const scene = await open()
    const writerId = await withWriter(scene)
    scene.client.send(requests.append(writerId, 1n, 'data'))
    await scene.client.expect('DataAppended')
    scene.clock.advance(LIFETIME_MS - 1000)
    scene.client.send(requests.append(writerId, 2n, 'data'))
    await scene.client.expect('DataAppended')
    scene.clock.advance(1000)
    expect(await scene.client.next()).toBe(CLOSED)
    expect(scene.kept.lines).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ reason: 'the token of a writer has expired' }) }),
    )
  })

  test('it may have been set up again with a later one', async () => {
    const scene = await open()
    const writerId = await withWriter(scene)
    scene.clock.advance(LIFETIME_MS - 1000)
    await withWriter(scene, writerId)
    scene.clock.advance(2000)
    scene.client.send(requests.append(writerId, 1n, 'data'))
    await scene.client.expect('DataAppended')
    scene.clock.advance(LIFETIME_MS)
    expect(await scene.client.next()).toBe(CLOSED)
  })

  test('it may have been refused already: the others go on', async () => {
    const scene = await open()
    const gone = await withWriter(scene)
    scene.clock.advance(1000)
    const stays = randomUUID()
    const other = withToken(requests.setupAppend(1n, stays, OTHER), scene.token('READ_UPDATE', 'other'))
    expect(await scene.client.ask(other)).toMatchObject({ command: 'AppendSetup' })
    scene.store.catalog.seal(SEGMENT)
    expect(await scene.client.ask(requests.append(gone, 1n, 'data'))).toMatchObject({ command: 'SegmentIsSealed' })
    scene.clock.advance(LIFETIME_MS - 1000)
    scene.client.send(requests.append(stays, 1n, 'data'))
    await scene.client.expect('DataAppended')
    scene.clock.advance(1000)
    expect(await scene.client.next()).toBe(CLOSED)
  })

  test('no timer is left of a connection that is gone', async () => {
    const scene = await open()
    await withWriter(scene)
    expect(scene.clock.timers).toBeGreaterThan(0)
    scene.client.destroy()
    await expect.poll(() => scene.clock.timers).toBe(0)
  })
})

test('faults answer as they are told, whatever the token', async () => {
  const { client, store } = await open()
  using _rule = store.faults.on('SealSegment', { nth: 1, answer: 'NoSuchSegment' })
  const seal = requests.about('SealSegment', 1n, SEGMENT)
  expect(await client.ask(seal)).toMatchObject({ command: 'NoSuchSegment' })
  expect(await client.ask(seal)).toMatchObject(refused(0))
})
