import { ClientFactory } from '@pravega-ts/client'
import type { ScopedStream } from '@pravega-ts/model'
import { copyStream, makeStreams, readStream, removeStreams, writeStream } from './byte-modes.ts'
import { openEngine } from './engine.ts'
import { runJavaReference } from './java-reference.ts'
import { Measurement } from './measure.ts'
import { type BenchOptions, runBench } from './options.ts'

async function bench(options: BenchOptions): Promise<void> {
  await using engine = await openEngine(options.controller)
  await using factory = await ClientFactory.create(engine.controllerUri)
  const streams = await makeStreams(factory, options.segments)
  // What does not divide evenly goes to the first streams, so that the total is what was asked for.
  const share = (n: number): number => Math.floor((options.events + options.segments - 1 - n) / options.segments)
  if (options.mode === 'byteread') {
    await Promise.all(streams.map((stream, n) => writeStream(factory, stream, options, share(n))))
  }
  const measurement = new Measurement()
  const one = (stream: ScopedStream, n: number): Promise<void> => {
    switch (options.mode) {
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
    const java = runJavaReference(engine.controllerUri, options)
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

await runBench(process.argv.slice(2), bench)
