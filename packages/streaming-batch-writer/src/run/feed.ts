import { BatchWriterError } from '../errors.ts'
import type { WriteMessage } from '../messages/messages.ts'
import type { Run } from './run.ts'

/** Messages, one by one or in arrays, that come when they are asked for. */
export type WriteInput<R> =
  | AsyncIterable<WriteMessage<R> | readonly WriteMessage<R>[]>
  | Iterable<WriteMessage<R> | readonly WriteMessage<R>[]>

type Item<R> = WriteMessage<R> | readonly WriteMessage<R>[]

/** An iterator of either kind. */
export type Source<R> =
  | { readonly tag: 'async'; readonly iterator: AsyncIterator<Item<R>> }
  | { readonly tag: 'sync'; readonly iterator: Iterator<Item<R>> }

/** @throws BatchWriterError `INVALID_ARGUMENT` if it cannot be iterated. */
export function openSource<R>(input: WriteInput<R>): Source<R> {
  if (typeof input === 'object' && input !== null) {
    if (Symbol.asyncIterator in input) return { tag: 'async', iterator: input[Symbol.asyncIterator]() }
    if (Symbol.iterator in input) return { tag: 'sync', iterator: input[Symbol.iterator]() }
  }
  const what = input === null ? 'null' : typeof input
  throw new BatchWriterError('INVALID_ARGUMENT', `the input is ${what}; give an iterable or async iterable of messages`)
}

/** Pulls the input to its end, or until the run takes no more. An input that throws breaks the run off. */
export async function feed<R>(run: Run<R>, source: Source<R>): Promise<void> {
  let ended = false
  const pulled = pull(run, source).then(
    end => {
      ended = end
    },
    (cause: unknown) => {
      ended = true
      run.break({ code: 'INPUT_FAILED', message: 'the input failed', cause })
    },
  )
  // An input that waits for its next message must not hold up an abort.
  await Promise.race([pulled, run.broken])
  if (!ended) leave(run, source)
}

/** Whether the input came to its end. */
async function pull<R>(run: Run<R>, { tag, iterator }: Source<R>): Promise<boolean> {
  while (run.takesMessages) {
    const { value, done } = tag === 'async' ? await iterator.next() : iterator.next()
    if (done) return true
    if (!run.takesMessages) return false
    const waiting = Array.isArray(value) ? run.offerAll(value) : run.offer(value as WriteMessage<R>)
    if (waiting === undefined) continue
    try {
      await waiting
    } catch {
      // The run has noted what it refused, and tells in the end.
    }
  }
  return false
}

/** Tells the input that no more is asked of it, without waiting: it may be in the midst of a wait of its own. */
function leave<R>(run: Run<R>, { tag, iterator }: Source<R>): void {
  const failed = (cause: unknown) => run.note('the input threw when it was left', cause)
  try {
    if (tag === 'async') iterator.return?.().catch(failed)
    else iterator.return?.()
  } catch (cause) {
    failed(cause)
  }
}
