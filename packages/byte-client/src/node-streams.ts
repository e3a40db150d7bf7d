import { Readable, Writable } from 'node:stream'
import { PravegaError } from '@pravega-ts/model'
import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter, StreamAdapterOptions } from './byte-writer.ts'

const HIGH_WATER_MARK = 65_536

type Callback = (error?: Error | null) => void

/** A Node stream over a reader. It reads when it is asked to, and no sooner. */
export function nodeReadable(reader: ByteReader, options: StreamAdapterOptions = {}): Readable {
  const abort = new AbortController()
  const chunks = reader.chunks({ signal: abort.signal })
  return new Readable({
    highWaterMark: options.highWaterMark ?? HIGH_WATER_MARK,
    read(): void {
      chunks.next().then(
        ({ done, value }) => this.push(done ? null : value),
        error => this.destroy(PravegaError.from(error)),
      )
    },
    destroy(error: Error | null, callback: Callback): void {
      abort.abort()
      settle(options.keepOpen ? Promise.resolve() : reader.close(), error, callback)
    },
  })
}

/** A Node stream over a writer. */
export function nodeWritable(writer: ByteWriter, options: StreamAdapterOptions = {}): Writable {
  const abort = new AbortController()
  const call = { signal: abort.signal }
  const stream: Writable = new Writable({
    highWaterMark: options.highWaterMark ?? HIGH_WATER_MARK,
    write(chunk: Uint8Array, _: BufferEncoding, callback: Callback): void {
      settle(writer.write(chunk, call), null, callback)
    },
    writev(chunks: { chunk: Uint8Array }[], callback: Callback): void {
      const written = Promise.all(chunks.map(({ chunk }) => writer.write(chunk, call)))
      settle(written, null, callback)
    },
    final(callback: Callback): void {
      settle(options.keepOpen ? writer.flush(call) : writer.flush(call).then(() => writer.close()), null, callback)
    },
    destroy(error: Error | null, callback: Callback): void {
      abort.abort()
      if (options.keepOpen || stream.writableFinished) callback(error)
      else settle(writer.close({ force: true }), error, callback)
    },
  })
  return stream
}

/** Tells a stream how a promise ended; an error that was there before counts more. */
function settle(promise: Promise<unknown>, error: Error | null, callback: Callback): void {
  promise.then(
    () => callback(error),
    reason => callback(error ?? PravegaError.from(reason)),
  )
}
