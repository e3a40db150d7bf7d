export type { EventStore } from './event-store.ts'
export type { EventWriter, EventWriterOptions, KeyedEvent, WriteEventOptions } from './event-writer.ts'
export type { Serializer } from './serializer.ts'
