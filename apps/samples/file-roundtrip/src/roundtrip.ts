import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ClientFactory } from '@pravega-ts/client'
import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { type Digest, digestOf } from './digest.ts'
import { rate, say, size } from './report.ts'

const SCOPE = 'samples'
const READ_FILE_CHUNK = 1024 * 1024

function check(what: string, actual: Digest, expected: Digest): void {
  if (actual.bytes !== expected.bytes || actual.sha256 !== expected.sha256) {
    throw new Error(
      `${what} differs: ${actual.bytes} bytes ${actual.sha256}, not ${expected.bytes} bytes ${expected.sha256}`,
    )
  }
  say(`SHA-256 of ${what}`, `${actual.sha256.slice(0, 16)}… equal`)
}

/**
 * Sends a file through a stream of one segment with a live reader beside the writer, truncates and seals the stream,
 * reads back what is left, and compares every byte.
 *
 * @throws Error when one of the copies is not the file
 */
export async function roundtrip(factory: ClientFactory, file: string): Promise<void> {
  const { size: fileSize } = await stat(file)
  const stream = new ScopedStream(SCOPE, `file-${Date.now()}`)
  const manager = factory.streamManager()
  await manager.createScope(SCOPE)
  await manager.createStream(stream)
  say('stream', `${stream}, one segment`)

  const openFile = (start = 0): AsyncIterable<Uint8Array> =>
    createReadStream(file, { start, highWaterMark: READ_FILE_CHUNK })
  const original = await digestOf(openFile())

  await using tailReader = await factory.createByteReader(stream)
  const caughtUp = Promise.withResolvers<void>()
  const live = digestOf(tailReader, bytes => {
    if (bytes === fileSize) caughtUp.resolve()
  })
  live.catch(caughtUp.reject)

  const start = performance.now()
  await using writer = await factory.createByteWriter(stream)
  for await (const chunk of openFile()) await writer.write(chunk)
  await writer.flush()
  const written = performance.now() - start
  say('written and acknowledged', `${size(fileSize)} in ${written.toFixed(0)} ms, ${rate(fileSize, written)}`)
  if (fileSize > 0) await caughtUp.promise
  say('live reader beside the writer', `has it all ${(performance.now() - start - written).toFixed(0)} ms later`)

  const cut = Math.floor(fileSize / 4)
  await writer.truncateDataBefore(cut)
  await writer.seal()
  check('the live copy', await live, original)

  await using reader = await factory.createByteReader(stream)
  const head = Number(await reader.currentHead())
  say('truncated and sealed', `head ${head}, tail ${await reader.currentTail()}`)
  if (cut > 0) await expectTruncated(factory, stream)

  const again = performance.now()
  const copy = await digestOf(reader)
  say('read back from the head', `${size(copy.bytes)}, ${rate(copy.bytes, performance.now() - again)}`)
  check('what is left', copy, await digestOf(openFile(head)))

  await manager.sealStream(stream)
  await manager.deleteStream(stream)
  say('stream deleted', 'nothing is left behind')
}

async function expectTruncated(factory: ClientFactory, stream: ScopedStream): Promise<void> {
  await using reader = await factory.createByteReader(stream)
  try {
    await reader.seek(0)
    await reader.read(new Uint8Array(1))
  } catch (error) {
    if (!PravegaError.is(error, 'SEGMENT_TRUNCATED')) throw error
    say('reading below the head', `refused: ${error.code}`)
    return
  }
  throw new Error('a byte below the head could be read')
}
