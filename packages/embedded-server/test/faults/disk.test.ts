import { ScopedSegment } from '@pravega-ts/model'
import { describe, expect, test } from 'vitest'
import { type EmbeddedServer, type EmbeddedServerOptions, TestClock } from '../../src/index.ts'
import { newDirectory } from '../support/data-directory.ts'
import { connect, startServer } from '../support/embedded-server.ts'
import type { RawClient } from '../support/raw-client.ts'
import { append, createSegment, readSegment, text } from '../support/requests.ts'
import { setUpWriter } from '../support/segment-store.ts'

const segment = ScopedSegment.of('shop', 'orders', 0, 0).toString()

async function start(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  return startServer({ data: await newDirectory(), ...options })
}

async function newWriter(server: EmbeddedServer): Promise<{ client: RawClient; writerId: string }> {
  const client = await connect(server)
  await client.ask(createSegment(1n, segment))
  return { client, writerId: await setUpWriter(client, segment) }
}

test('a full disk acknowledges nothing, and goes on by itself when there is room again', async () => {
  const clock = new TestClock()
  const server = await start({ clock })
  const { client, writerId } = await newWriter(server)
  await client.ask(append(writerId, 1n, 'kept'))
  const rule = server.faults.onDisk({})
  client.send(append(writerId, 2n, 'lost'))
  await rule.nextHit()
  await expect
    .poll(() => server.storageCondition)
    .toMatchObject({ name: 'failed', reason: expect.stringContaining('ENOSPC') })
  expect((await client.untilClosed()).filter(({ command }) => command === 'DataAppended')).toEqual([])
  const tried = rule.nextHit()
  clock.advance(60_000)
  await tried
  expect(server.storageCondition.name).toBe('failed')
  rule.remove()
  await expect
    .poll(() => {
      clock.advance(60_000)
      return server.storageCondition.name
    })
    .toBe('working')
  const again = await connect(server)
  again.send(readSegment(1n, segment, 0n))
  expect(text((await again.expect('SegmentRead')).data)).toBe('kept')
})

test('a disk with room for some bytes takes these, and fails the rest', async () => {
  const clock = new TestClock()
  const server = await start({ clock })
  const { client, writerId } = await newWriter(server)
  await client.ask(append(writerId, 1n, 'kept'))
  const rule = server.faults.onDisk({ path: 'segments', afterBytes: 100 })
  client.send(append(writerId, 2n, 'x'.repeat(1000)))
  await rule.nextHit()
  rule.remove()
  await server.restart({ kill: true })
  expect(server.recovery?.cuts).toMatchObject([{ segment, lost: false }])
  const again = await connect(server)
  again.send(readSegment(1n, segment, 0n))
  expect(text((await again.expect('SegmentRead')).data)).toBe('kept')
})

test('keys fail as files do', async () => {
  const server = await start({ clock: new TestClock() })
  const client = await connect(server)
  const rule = server.faults.onDisk({ path: 'keys', code: 'EIO' })
  client.send(createSegment(1n, segment))
  await rule.nextHit()
  await expect
    .poll(() => server.storageCondition)
    .toMatchObject({ name: 'failed', reason: expect.stringContaining('EIO') })
})

test('a slow disk is slow, and loses nothing', async () => {
  const server = await start()
  const { client, writerId } = await newWriter(server)
  using rule = server.faults.onDisk({ operation: 'sync', delayMs: 5, nth: 1, times: 2 })
  expect(await client.ask(append(writerId, 1n, 'a'))).toMatchObject({ command: 'DataAppended' })
  expect(await client.ask(append(writerId, 2n, 'b'))).toMatchObject({ command: 'DataAppended' })
  expect(rule.hits).toBe(2)
})

test('nothing happens to a server in memory', async () => {
  const server = await start({ data: undefined })
  const rule = server.faults.onDisk({})
  const { client, writerId } = await newWriter(server)
  expect(await client.ask(append(writerId, 1n, 'a'))).toMatchObject({ command: 'DataAppended' })
  expect(rule.hits).toBe(0)
})

describe('a disk fault is refused', () => {
  test.each([{ afterBytes: -1 }, { afterBytes: 1.5 }, { operation: 'sync', afterBytes: 1 }, { nth: 0 }] as const)(
    '%o',
    async fault => {
      const { faults } = await start({ data: undefined })
      expect(() => faults.onDisk(fault)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    },
  )
})
