import type { StreamingBatchWriter, WriteMessage, WriteSummary } from '@pravega-ts/streaming-batch-writer'
import type { BatchFeed } from './batch-options.ts'

/** Messages that are given at a time with the feed `arrays`. */
const ARRAY = 64

type Feed = <R>(
  writer: StreamingBatchWriter<R>,
  message: (index: number) => WriteMessage<R>,
  count: number,
) => Promise<WriteSummary>

/** The ways in which messages come to a writer. */
export const FEEDS: Readonly<Record<BatchFeed, Feed>> = {
  async send(writer, message, count) {
    const session = writer.open()
    for (let index = 0; index < count; index++) {
      const waiting = session.send(message(index))
      if (waiting !== undefined) await waiting
    }
    return session.close()
  },
  iterable(writer, message, count) {
    function* input(): Iterable<ReturnType<typeof message>> {
      for (let index = 0; index < count; index++) yield message(index)
    }
    return writer.write(input())
  },
  generator(writer, message, count) {
    async function* input(): AsyncIterable<ReturnType<typeof message>> {
      for (let index = 0; index < count; index++) yield message(index)
    }
    return writer.write(input())
  },
  arrays(writer, message, count) {
    async function* input(): AsyncIterable<ReturnType<typeof message>[]> {
      for (let index = 0; index < count; index += ARRAY) {
        yield Array.from({ length: Math.min(ARRAY, count - index) }, (_, offset) => message(index + offset))
      }
    }
    return writer.write(input())
  },
}
