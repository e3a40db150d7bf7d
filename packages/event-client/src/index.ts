export { DIAGNOSTICS, type EventWaitMessage, type RerouteMessage } from './diagnostics.ts'
export type { EventAppender, KeyedEvent, WriteEventOptions } from './event-appender.ts'
export { EventPointer } from './event-pointer.ts'
export type { EventStore } from './event-store.ts'
export type { EventWriter, EventWriterOptions } from './event-writer.ts'
export { fetchEvent } from './fetch-event.ts'
export { openSegmentEvents } from './open-segment-events.ts'
export type { ReceivedEvent } from './read/received-event.ts'
export type { SegmentBatch, SegmentEvents, SegmentEventsOptions } from './read/segment-events.ts'
export type { SegmentSlice } from './read/segment-slice.ts'
export type { Serializer } from './serializer.ts'
export { bytesSerializer } from './serializers/bytes-serializer.ts'
export { jsonSerializer } from './serializers/json-serializer.ts'
export { type SchemaSerializerOptions, schemaSerializer } from './serializers/schema-serializer.ts'
export { utf8Serializer } from './serializers/utf8-serializer.ts'
export type { EventAppenderOptions } from './write/appender-options.ts'
export { LARGEST_EVENT } from './write/event-frame.ts'
export {
  type FixedEventWriterOptions,
  openEventWriter,
  openFixedEventWriter,
} from './write/open-event-writer.ts'
