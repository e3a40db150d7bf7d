import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ClientFactory } from '@pravega-ts/client'
import { ScopedStream } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

const MIB = 1024 * 1024
const TOTAL_BYTES = 1024 * MIB
const RSS_LIMIT_BYTES = 200 * MIB
/** What collecting garbage a little later may add between the second quarter of a run and its end. */
const GROWTH_ALLOWED_BYTES = 40 * MIB
const copyProcess = fileURLToPath(new URL('../../dist/copy-process.js', import.meta.url))

function highest(samples: readonly number[]): number {
  return Math.max(0, ...samples)
}

describeEngines('1 GiB written and read at the same time', engine => {
  it('keeps the client below 200 MiB, and nothing grows', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = new ScopedStream(uniqueName('memory'), 'bytes')
    await factory.streamManager().createScope(stream.scope)
    await factory.streamManager().createStream(stream)
    const { stdout } = await promisify(execFile)(process.execPath, [
      copyProcess,
      engine.controllerUri,
      stream.toString(),
      String(TOTAL_BYTES),
    ])
    const { peakRssBytes, rssSamples } = JSON.parse(stdout)
    console.log(`${engine.name}: peak ${(peakRssBytes / MIB).toFixed(0)} MiB`)
    expect(peakRssBytes).toBeLessThan(RSS_LIMIT_BYTES)
    const quarter = Math.floor(rssSamples.length / 4)
    const early = highest(rssSamples.slice(quarter, 2 * quarter))
    expect(highest(rssSamples.slice(-quarter))).toBeLessThan(early + GROWTH_ALLOWED_BYTES)
  }, 300_000)
})
