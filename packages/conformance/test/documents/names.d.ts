// The names that examples in READMEs use without showing where they come from. An example's own declarations win.
import type { ByteReader as Reader, ByteWriter as Writer } from '@pravega-ts/byte-client'
import type { ClientFactory as Factory, StreamManager as Manager } from '@pravega-ts/client'
import type { ClientConfig } from '@pravega-ts/config'
import type { Controller } from '@pravega-ts/controller-client'
import type { EmbeddedServer as Server } from '@pravega-ts/embedded-server'
import type { schemaSerializer } from '@pravega-ts/event-client'
import type { ScopedSegment, ScopedStream } from '@pravega-ts/model'
import type { SegmentStore } from '@pravega-ts/segment-client'

declare global {
  const factory: Factory
  const manager: Manager
  const writer: Writer
  const reader: Reader
  const server: Server
  const controller: Controller
  const config: ClientConfig
  const store: SegmentStore
  const stream: ScopedStream
  const segment: ScopedSegment
  const signal: AbortSignal
  const Order: Parameters<typeof schemaSerializer>[0]
}
