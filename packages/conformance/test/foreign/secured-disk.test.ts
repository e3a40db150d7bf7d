import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClientFactory } from '@pravega-ts/client'
import { basicCredentials } from '@pravega-ts/config'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, describe } from 'vitest'
import { identity } from '../../../../tools/testing/certificates.ts'
import { uniqueName } from '../../src/engine.ts'
import { describeForeign, ForeignJava, type JavaTarget } from '../../src/foreign-java.ts'
import { describeRust, ForeignRust, type RustTarget } from '../../src/foreign-rust.ts'
import { EventScene } from '../events/event-scene.ts'
import { javaBytes } from './java/bytes.ts'
import { javaCounters } from './java/counters.ts'
import { javaStreams } from './java/streams.ts'
import { javaTables } from './java/tables.ts'
import { javaTransactions } from './java/transactions.ts'
import { rustBytes } from './rust/bytes.ts'
import { rustEvents } from './rust/events.ts'
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
      for (const declare of [javaStreams, javaTransactions, javaTables, javaBytes, javaCounters]) declare(stage)
    })
  })
  describeRust("Pravega's Rust client", () => {
    const stage = stageOf(ForeignRust, target, open)
    describe.concurrent('cases', () => {
      for (const declare of [rustStreams, rustEvents, rustTransactions, rustBytes, rustTables]) declare(stage)
    })
  })
})
