import { ClientFactory } from '@pravega-ts/client'
import type { ScopedStream } from '@pravega-ts/model'
import { openEngine } from '../engine.ts'
import { Measurement } from '../measure.ts'
import type { BenchOptions, ByteMode } from '../options.ts'
import { makeStreams, removeStreams } from '../streams.ts'
import { copyStream, readStream, writeStream } from './byte-modes.ts'
import { runJavaReference } from './java-reference.ts'

/** One run of the byte client, and one of Java's where that is asked for: a JSON line each, and one with the ratios. */
export async function byteBench(mode: ByteMode, options: BenchOptions): Promise<void> {
  await using engine = await openEngine(options.controller)
  await using factory = await ClientFactory.create(engine.controllerUri)
  const streams = await makeStreams(factory, options.segments)
  // What does not divide evenly goes to the first streams, so that the total is what was asked for.
  const share = (n: number): number => Math.floor((options.events + options.segments - 1 - n) / options.segments)
  if (mode === 'byteread') {
    await Promise.all(streams.map((stream, n) => writeStream(factory, stream, options, share(n))))
  }
  const measurement = new Measurement()
  const one = (stream: ScopedStream, n: number): Promise<void> => {
    switch (mode) {
      case 'bytewrite':
        return writeStream(factory, stream, options, share(n), measurement)
      case 'byteread':
        return readStream(factory, stream, options.eventSize, share(n), measurement)
      case 'bytecopy':
        return copyStream(factory, stream, options, share(n), measurement)
    }
  }
  await Promise.all(streams.map(one))
  const figures = measurement.finish({ ...options, engine: engine.name })
  console.log(JSON.stringify(figures))
  await removeStreams(factory, streams)
  if (options.reference) {
    const java = await runJavaReference(engine.controllerUri, options)
    console.log(JSON.stringify(java))
    console.log(
      JSON.stringify({
        ours_to_java: {
          cpu_s_per_GB: Number((figures.cpu_s_per_GB / java.cpu_s_per_GB).toFixed(2)),
          MB_per_s: Number((figures.MB_per_s / java.MB_per_s).toFixed(2)),
        },
      }),
    )
  }
}
