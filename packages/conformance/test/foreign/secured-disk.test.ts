import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClientFactory } from '@pravega-ts/client'
import { basicCredentials } from '@pravega-ts/config'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identity } from '../../../../tools/testing/certificates.ts'
import { uniqueName } from '../../src/engine.ts'
import { describeForeign, ForeignJava, type JavaTarget } from '../../src/foreign-java.ts'
import { describeRust, ForeignRust, type RustTarget } from '../../src/foreign-rust.ts'
import { EventLedger } from '../events/event-ledger.ts'
import { EventScene } from '../events/event-scene.ts'
import { javaBytes } from './java/bytes.ts'
import { javaCounters } from './java/counters.ts'
import { javaRefusals } from './java/refusals.ts'
import { javaStreams } from './java/streams.ts'
import { javaTables } from './java/tables.ts'
import { javaTransactions } from './java/transactions.ts'
import { rustBytes } from './rust/bytes.ts'
import { rustEvents } from './rust/events.ts'
import { rustRefusals } from './rust/refusals.ts'
import { rustStreams } from './rust/streams.ts'
import { rustTables } from './rust/tables.ts'
import { rustTransactions } from './rust/transactions.ts'
import { stageOf } from './stage.ts'

const USER = 'somebody'
const PASSWORD = 'long enough'

let directory: string
let ca: string
let trustStore: string
let server: EmbeddedServer

/** A server that keeps its data on disk, and asks for credentials over TLS. */
function secured(): void {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pravega-foreign-'))
    // Rust trusts no certificate that is its own authority, and knows servers by name only.
    const authority = await identity(['authority'])
    ca = authority.cert
    trustStore = join(directory, 'ca.pem')
    await writeFile(trustStore, ca)
    server = await EmbeddedServer.start({
      data: join(directory, 'data'),
      publishedHost: 'localhost',
      tls: await identity(['localhost'], authority),
      accounts: { users: [{ name: USER, password: PASSWORD, permissions: ['prn::*,READ_UPDATE'] }] },
    })
  })
  afterAll(async () => {
    await server.close()
    await rm(directory, { recursive: true, force: true })
  })
}

async function open(prefix: string): Promise<EventScene> {
  const credentials = basicCredentials(USER, PASSWORD)
  const factory = await ClientFactory.create({ controllerUri: server.controllerUri, credentials, tls: { ca } })
  const scope = uniqueName(prefix)
  await factory.streamManager().createScope(scope)
  return new EventScene(scope, factory)
}

const EVENTS = { count: 20_000, keys: 20 }

/** Meanwhile the server is killed, with events on its disk of which the writer was not told, and before it has taken some in. */
async function writeOverKills(
  prefix: string,
  write: (stream: string, events: { prefix: string; count: number; keys: number }) => Promise<number>,
): Promise<void> {
  await using scene = await open(prefix)
  const stream = await scene.stream(2)
  const written = write(String(stream), { prefix, ...EVENTS })
  for (const [command, nth] of [['DataAppended', 2] as const, ['AppendBlockEnd', 1] as const]) {
    using held = server.faults.on(command, { nth, delayMs: 60_000 })
    await held.nextHit()
    await server.restart({ kill: true })
  }
  expect(await written).toBe(EVENTS.count)
  const ledger = new EventLedger()
  const reader = await scene.reader(await scene.group([stream]))
  for (const event of await scene.take(reader, EVENTS.count)) ledger.note('ours', event)
  expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([EVENTS.count])
  // Nothing is there twice.
  const { sizeBytes } = await scene.manager.getStreamInfo(stream)
  const each = Array.from(
    { length: EVENTS.count },
    (_, n) => `${prefix}${n % EVENTS.keys}:${Math.floor(n / EVENTS.keys)}`,
  )
  expect(sizeBytes).toBe(BigInt(each.reduce((sum, event) => sum + 8 + event.length, 0)))
}

describe('on disk, with accounts and TLS (embedded)', () => {
  secured()
  const target = (): JavaTarget & RustTarget => ({
    controllerUri: server.controllerUri,
    user: USER,
    password: PASSWORD,
    trustStore,
    trustCertificates: [ca],
  })
  describeForeign("Pravega's own client", () => {
    const stage = stageOf(ForeignJava, target, open)
    describe.concurrent('cases', () => {
      for (const declare of [javaRefusals, javaStreams, javaTransactions, javaTables, javaBytes, javaCounters])
        declare(stage)
    })
    it('writes each event once while its server is killed twice', () =>
      writeOverKills('java', (stream, events) => stage.other.writeKeyed(stream, events)))
  })
  describeRust("Pravega's Rust client", () => {
    const stage = stageOf(ForeignRust, target, open)
    describe.concurrent('cases', () => {
      for (const declare of [rustRefusals, rustStreams, rustEvents, rustTransactions, rustBytes, rustTables])
        declare(stage)
    })
    it('writes each event once while its server is killed twice', () =>
      writeOverKills('rust', (stream, events) => stage.other.request('events.writeKeyed', { stream, ...events })))
  })
})
