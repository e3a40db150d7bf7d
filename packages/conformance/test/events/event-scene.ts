import {
  bytesSerializer,
  type ClientFactory,
  type EventReader,
  type EventReaderOptions,
  type EventWriter,
  type EventWriterOptions,
  type ReaderGroup,
  type ReaderGroupOptions,
  type ScopedStream,
  type Serializer,
  utf8Serializer,
} from '@pravega-ts/client'
import { Scene } from '../../src/scene.ts'

/** Times of a group that is to show in seconds what takes half a minute with the defaults. */
const QUICK_GROUP = { refreshTimeMs: 300, automaticCheckpointIntervalMs: 1_000 }
const QUICK_READER = { balanceUnitMs: 100 }

/** Nothing but the reader's options is left to say. */
type ReaderOptions = Omit<EventReaderOptions<unknown>, 'serializer'> & { readonly readerId?: string }

/** A scope of its own on a server, and short ways to what a case needs. Closes everything that was made through it. */
export class EventScene extends Scene {
  /** A writer of text. */
  async writer(
    stream: ScopedStream | string,
    options: Omit<EventWriterOptions<string>, 'serializer'> & { readonly factory?: ClientFactory } = {},
  ): Promise<EventWriter<string>> {
    const { factory = this.factory, ...rest } = options
    const writer = await factory.createEventWriter(stream, { ...rest, serializer: utf8Serializer })
    // What a case has made fail on purpose is told by close once more.
    return this.adopt(writer, made => made.close().catch(() => {}))
  }

  /** A group of the scene's scope with quick times. */
  async group(
    streams: ReaderGroupOptions['streams'],
    options: Omit<ReaderGroupOptions, 'streams'> = {},
  ): Promise<ReaderGroup> {
    const name = `${this.scope}/${this.newName('group')}`
    return this.use(await this.factory.createReaderGroup(name, { ...QUICK_GROUP, ...options, streams }))
  }

  /** A reader of text. */
  reader(group: ReaderGroup, options: ReaderOptions = {}): Promise<EventReader<string>> {
    return this.#reader(group, utf8Serializer, options)
  }

  /** A reader of bytes. */
  bytesReader(group: ReaderGroup, options: ReaderOptions = {}): Promise<EventReader<Uint8Array>> {
    return this.#reader(group, bytesSerializer, options)
  }

  /** The next events of a reader, as text. All of them are acknowledged. */
  async take(reader: EventReader<string>, count: number): Promise<string[]> {
    const events: string[] = []
    if (count === 0) return events
    for await (const event of reader.events({ acknowledgeOnBreak: true })) {
      events.push(event.value)
      if (events.length === count) break
    }
    return events
  }

  /** An event by its pointer's text. */
  async fetch(pointer: string): Promise<string> {
    return (await this.factory.fetchEvent(pointer, utf8Serializer)).value
  }

  async #reader<T>(group: ReaderGroup, serializer: Serializer<T>, options: ReaderOptions): Promise<EventReader<T>> {
    return this.use(await group.createReader({ ...QUICK_READER, ...options, serializer }))
  }
}
