import { randomBytes } from 'node:crypto'
import { bytesSerializer, type Serializer } from '@pravega-ts/event-client'
import { type CallOptions, PravegaError, validateReaderId } from '@pravega-ts/model'
import { groupText } from '../group/group-name.ts'
import { EventTime } from '../time/event-time.ts'
import type { EventReader } from './event-reader.ts'
import type { EventReaderOptions, EventReaderParts } from './event-reader-options.ts'
import { GroupEventReader } from './group-event-reader.ts'
import { systemClock } from './reader-clock.ts'
import { DEFAULT_STATE_MS, type FeedParts, ReaderFeed } from './reader-feed.ts'
import { ReaderNotices } from './reader-notices.ts'

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
    const group = groupText(parts.group)
    const notices = new ReaderNotices(group, validateReaderId(readerId))
    const complete: FeedParts = { ...parts, readerId, groupText: group, clock, notices }
    checkOptions(options)
    // Without a serializer events are bytes, and so is T.
    const serializer = options.serializer ?? (bytesSerializer as unknown as Serializer<T>)
    feed = new ReaderFeed<T>(complete, options, serializer)
    await feed.join(call)
    feed.closeWithStore()
    const time = new EventTime({ ...complete, timeoutMs: options.stateTimeoutMs ?? DEFAULT_STATE_MS })
    return new GroupEventReader(complete, feed, time)
  } catch (error) {
    await (feed === undefined ? parts.state.close() : feed.close({ force: true }))
    throw error
  }
}

/** What would otherwise only fail when something is read. */
function checkOptions<T>(options: EventReaderOptions<T>): void {
  const { requestLength, maxEventBytes, balanceUnitMs, initialAllocationDelayMs } = options
  if (
    requestLength !== undefined &&
    !(Number.isInteger(requestLength) && requestLength >= 8 && requestLength <= 2097152)
  ) {
    throw refused('requestLength', requestLength, 'give a whole number from 8 to 2097152')
  }
  if (
    maxEventBytes !== undefined &&
    !(Number.isInteger(maxEventBytes) && maxEventBytes >= 2097152 && maxEventBytes <= 2147483647)
  ) {
    throw refused('maxEventBytes', maxEventBytes, 'give a whole number from 2097152 to 2147483647')
  }
  if (balanceUnitMs !== undefined && !(balanceUnitMs >= 1)) {
    throw refused('balanceUnitMs', balanceUnitMs, 'give milliseconds, at least 1')
  }
  if (initialAllocationDelayMs !== undefined && !(initialAllocationDelayMs >= 0)) {
    throw refused('initialAllocationDelayMs', initialAllocationDelayMs, 'give milliseconds from 0 on')
  }
}

function refused(option: string, value: unknown, rule: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `Reader option ${option} ${value} is refused: ${rule}`, {
    details: { option, value },
  })
}
