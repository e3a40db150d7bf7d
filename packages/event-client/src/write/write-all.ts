import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import type { EventAppender, KeyedEvent } from '../event-appender.ts'

/** What `writeAll` needs of a writer. */
export interface EventTaker<T> extends Pick<EventAppender<T>, 'hasRoom' | 'ready'> {
  /** Takes an event on, or throws why not. */
  take(event: T, routingKey: string | undefined): Promise<void>
  /** Resolves when all that was taken on has its outcome, or when that takes too long. */
  finish(call: CallOptions): Promise<void>
}

type Source<T> = AsyncIterator<KeyedEvent<T>> | Iterator<KeyedEvent<T>>

/** Writes all events of an iterable, waiting where there is no room. Resolves to how many those were. */
export async function writeAll<T>(
  writer: EventTaker<T>,
  events: AsyncIterable<KeyedEvent<T>> | Iterable<KeyedEvent<T>>,
  what: string,
  call: CallOptions,
): Promise<number> {
  const source: Source<T> = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]()
  using deadline = new Deadline(`Writing all events of an iterable by ${what}`, call)
  const run = { source, taken: 0, isOver: false }
  try {
    const taking = takeAll(writer, run, deadline)
    await deadline.race(taking)
    await writer.finish({ signal: deadline.signal })
    return run.taken
  } catch (error) {
    throw PravegaError.is(error) ? withCount(error, run.taken) : error
  } finally {
    if (!run.isOver) leave(run)
  }
}

interface Run<T> {
  readonly source: Source<T>
  taken: number
  /** The source needs no farewell: it has ended, it has failed, or it has got one. */
  isOver: boolean
}

async function takeAll<T>(writer: EventTaker<T>, run: Run<T>, deadline: Deadline): Promise<void> {
  const { signal } = deadline
  while (!signal.aborted) {
    const asked = next(run)
    const item = 'then' in asked ? await asked : asked
    if (item.done === true) {
      run.isOver = true
      return
    }
    if (signal.aborted) return
    // Its outcome is that of the writer, which is waited for at the end.
    writer.take(item.value.event, item.value.routingKey)
    run.taken += 1
    if (!writer.hasRoom) await writer.ready({ signal })
  }
}

function next<T>(run: Run<T>): IteratorResult<KeyedEvent<T>> | Promise<IteratorResult<KeyedEvent<T>>> {
  try {
    const asked = run.source.next()
    if ('then' in asked) {
      return asked.catch((error: unknown) => {
        run.isOver = true
        throw error
      })
    }
    return asked
  } catch (error) {
    run.isOver = true
    throw error
  }
}

/** Nobody takes more. A generator that is waiting for something hears of it when that has come. */
function leave<T>(run: Run<T>): void {
  run.isOver = true
  const farewell = async (): Promise<unknown> => run.source.return?.()
  farewell().catch(() => {})
}

function withCount(error: PravegaError, events: number): PravegaError {
  return new PravegaError(error.code, error.message, {
    cause: error,
    retriable: error.retriable,
    details: { ...error.details, events },
  })
}
