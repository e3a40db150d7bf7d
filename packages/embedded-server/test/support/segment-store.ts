import { randomUUID } from 'node:crypto'
import { silentLogger } from '@pravega-ts/config'
import type { Endpoint } from '@pravega-ts/model'
import { onTestFinished } from 'vitest'
import { FaultSwitchboard } from '../../src/faults/fault-switchboard.ts'
import { SegmentCatalog } from '../../src/segment-store/segment-catalog.ts'
import { startWireServer, type WireServer, type WireServerOptions } from '../../src/segment-store/wire-server.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import type { SegmentStorage } from '../../src/storage/segment-storage.ts'
import { RawClient } from './raw-client.ts'
import { append, createSegment, segmentInfo, setupAppend } from './requests.ts'

/** The segment store port alone, with what a test needs around it. */
export class TestStore {
  /** What stores are started on that are given no storage of their own. */
  static openStorage: () => Promise<SegmentStorage> = () => Promise.resolve(new MemorySegmentStorage())
  readonly catalog: SegmentCatalog
  readonly faults: FaultSwitchboard
  readonly wire: WireServer
  readonly endpoint: Endpoint

  private constructor(catalog: SegmentCatalog, faults: FaultSwitchboard, wire: WireServer) {
    this.catalog = catalog
    this.faults = faults
    this.wire = wire
    this.endpoint = { host: '127.0.0.1', port: wire.port }
  }

  /** Starts a store that is closed when the test ends. */
  static async start(
    options: Partial<WireServerOptions> & { readonly storage?: SegmentStorage } = {},
  ): Promise<TestStore> {
    const catalog = new SegmentCatalog(options.storage ?? (await TestStore.openStorage()))
    const faults = new FaultSwitchboard()
    const wire = await startWireServer({
      catalog,
      faults,
      logger: silentLogger,
      host: '127.0.0.1',
      port: 0,
      ...options,
    })
    onTestFinished(() => wire.close({ force: true }))
    return new TestStore(catalog, faults, wire)
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.endpoint)
    onTestFinished(() => client.destroy())
    return client
  }

  /** A segment that nobody else uses, made over the wire. */
  async newSegment(client: RawClient): Promise<string> {
    const segment = segmentName()
    client.send(createSegment(client.requestId(), segment))
    await client.expect('SegmentCreated')
    return segment
  }

  /** A new segment with a writer set up on it. */
  async newWriter(client: RawClient): Promise<{ segment: string; writerId: string }> {
    const segment = await this.newSegment(client)
    return { segment, writerId: await setUpWriter(client, segment) }
  }

  /** A new segment that holds `data`. */
  async newSegmentWith(client: RawClient, data: string): Promise<string> {
    const { segment, writerId } = await this.newWriter(client)
    client.send(append(writerId, 1n, data))
    await client.expect('DataAppended')
    return segment
  }

  async lengthOf(client: RawClient, segment: string): Promise<bigint> {
    client.send(segmentInfo(client.requestId(), segment))
    return (await client.expect('StreamSegmentInfo')).writeOffset
  }
}

export function segmentName(): string {
  return `scope/${randomUUID()}/0.#epoch.0`
}

export async function setUpWriter(
  client: RawClient,
  segment: string,
  writerId: string = randomUUID(),
): Promise<string> {
  client.send(setupAppend(client.requestId(), writerId, segment))
  await client.expect('AppendSetup')
  return writerId
}
