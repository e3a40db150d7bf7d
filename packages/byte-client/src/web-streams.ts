import { ByteLengthQueuingStrategy, ReadableStream, type UnderlyingByteSource, WritableStream } from 'node:stream/web'
import type { ByteReader } from './byte-reader.ts'
import type { ByteWriter, StreamAdapterOptions } from './byte-writer.ts'

const HIGH_WATER_MARK = 65_536

/** A web byte stream over a reader: reads into the buffers of whoever reads from it. */
export function webReadable(reader: ByteReader, options: StreamAdapterOptions = {}): ReadableStream<Uint8Array> {
  const abort = new AbortController()
  const leave = async (): Promise<void> => {
    if (!options.keepOpen) await reader.close()
  }
  const source: UnderlyingByteSource = {
    type: 'bytes',
    autoAllocateChunkSize: Math.max(1, options.highWaterMark ?? HIGH_WATER_MARK),
    async pull(controller): Promise<void> {
      const request = controller.byobRequest
      const view = request?.view
      if (!request || !view) return
      try {
        const buffer = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
        const count = await reader.read(buffer, { signal: abort.signal })
        if (count === 0) {
          controller.close()
          await leave()
        }
        request.respond(count)
      } catch (error) {
        await leave()
        throw error
      }
    },
    async cancel(): Promise<void> {
      abort.abort()
      await leave()
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** A web stream over a writer. */
export function webWritable(writer: ByteWriter, options: StreamAdapterOptions = {}): WritableStream<Uint8Array> {
  const abort = new AbortController()
  return new WritableStream<Uint8Array>(
    {
      async write(chunk): Promise<void> {
        await writer.write(chunk, { signal: abort.signal })
      },
      async close(): Promise<void> {
        await writer.flush({ signal: abort.signal })
        if (!options.keepOpen) await writer.close()
      },
      async abort(): Promise<void> {
        abort.abort()
        if (!options.keepOpen) await writer.close({ force: true })
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: options.highWaterMark ?? HIGH_WATER_MARK }),
  )
}
