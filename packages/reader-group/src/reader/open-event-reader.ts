import { randomBytes } from 'node:crypto'
import { bytesSerializer, type Serializer } from '@pravega-ts/event-client'
import { type CallOptions, validateReaderId } from '@pravega-ts/model'
import { groupText } from '../group/group-name.ts'
import type { EventReader } from './event-reader.ts'
import type { EventReaderOptions, EventReaderParts } from './event-reader-options.ts'
import { GroupEventReader } from './group-event-reader.ts'
import { systemClock } from './reader-clock.ts'
import { type FeedParts, ReaderFeed } from './reader-feed.ts'

/**
 * Joins a group as a reader. `ReaderGroup.createReader` calls this; use it with a state store of your own.
 *
 * @param parts - The state store is the reader's from here on, also when this fails.
 * @throws PravegaError `READER_EXISTS` when a reader of this id is online, `READER_GROUP_NOT_FOUND`, `INVALID_ARGUMENT`, and what the state
 * store fails with
 */
export async function openEventReader<T = Uint8Array>(
  parts: EventReaderParts,
  options: EventReaderOptions<T> = {},
  call?: CallOptions,
): Promise<EventReader<T>> {
  const { readerId = `reader-${randomBytes(8).toString('hex')}`, clock = systemClock } = parts
  let feed: ReaderFeed<T> | undefined
  try {
    const complete: FeedParts = {
      ...parts,
      readerId: validateReaderId(readerId),
      groupText: groupText(parts.group),
      clock,
    }
    // Without a serializer events are bytes, and so is T.
    const serializer = options.serializer ?? (bytesSerializer as unknown as Serializer<T>)
    feed = new ReaderFeed<T>(complete, options, serializer)
    await feed.join(call)
    return new GroupEventReader(complete, feed)
  } catch (error) {
    await (feed === undefined ? parts.state.close() : feed.close({ force: true }))
    throw error
  }
}
