import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
const packages = fileURLToPath(new URL('../../..', import.meta.url))
/** byte-client and the layers below it; nothing else of the project may be needed. */
const LAYERS = ['model', 'config', 'wire-protocol', 'controller-client', 'segment-client', 'byte-client']

const NPM_OPTIONS = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
/** A registry that does not answer is asked again soon. */
NPM_OPTIONS.push('--prefer-offline', '--fetch-timeout=20000', '--fetch-retries=5', '--fetch-retry-mintimeout=500')

const WALKTHROUGH = `
import { openByteReader, openByteWriter } from '@pravega-ts/byte-client'
import { resolveClientConfig } from '@pravega-ts/config'
import { createController } from '@pravega-ts/controller-client'
import { ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { SegmentStore } from '@pravega-ts/segment-client'

const config = resolveClientConfig(process.argv[2])
const controller = createController(config)
const store = new SegmentStore({ config, controller })
const stream = new ScopedStream('packed', 'bytes')
await controller.createScope('packed')
await controller.createStream(stream, streamConfiguration())
const writer = await openByteWriter(store, stream)
await writer.write(Buffer.from('hello world'))
await writer.flush()
await writer.truncateDataBefore(4)
await writer.seal()
const reader = await openByteReader(store, stream)
await reader.seek(4)
const buffer = Buffer.alloc(4)
for (let filled = 0; filled < 4; ) filled += await reader.read(buffer.subarray(filled))
console.log(String(await reader.currentHead()), buffer.toString())
await reader.close()
await writer.close()
await store.close()
await controller.close()
`

/** The npm that runs these tests tells its children which project they belong to; the empty one belongs to none. */
const outside = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm|pnpm)_/i.test(name))),
  // Where the way to the registry has a certificate authority of its own, the system knows it.
  NODE_OPTIONS: '--use-system-ca',
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pravega-ts-packed-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('byte-client and the layers below it install from their tarballs and run the walkthrough', async () => {
  const tarballs: Record<string, string> = {}
  for (const layer of LAYERS) {
    const { stdout } = await run('pnpm', ['pack', '--json', '--pack-destination', folder], {
      cwd: join(packages, layer),
    })
    tarballs[`@pravega-ts/${layer}`] = `file:${JSON.parse(stdout).filename}`
  }
  // The overrides let the packed layers find each other, as the registry would.
  const manifest = { private: true, type: 'module', dependencies: tarballs, overrides: tarballs }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'walkthrough.mjs'), WALKTHROUGH)
  await run('npm', ['install', ...NPM_OPTIONS], { cwd: folder, env: outside })

  await using server = await EmbeddedServer.start()
  const { stdout } = await run(process.execPath, ['walkthrough.mjs', server.controllerUri], { cwd: folder })
  expect(stdout.trim()).toBe('4 o wo')

  const installed = await readdir(join(folder, 'node_modules', '@pravega-ts'))
  expect(installed.toSorted()).toEqual(LAYERS.toSorted())
  for (const layer of LAYERS) {
    const { scripts = {} } = JSON.parse(
      await readFile(join(folder, 'node_modules', '@pravega-ts', layer, 'package.json'), 'utf8'),
    )
    expect(Object.keys(scripts).filter(name => /^(pre|post)?install$/.test(name))).toEqual([])
  }
}, 300_000)
