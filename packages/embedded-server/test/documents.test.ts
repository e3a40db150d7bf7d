import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EmbeddedServer, TestClock } from '../src/index.ts'
import { newDirectory } from './support/data-directory.ts'
import { startServer } from './support/embedded-server.ts'
import { CLOSED, RawClient } from './support/raw-client.ts'
import { append, createSegment, setupAppend } from './support/requests.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const SECTIONS = ['Test kit', 'Observability']
const SEGMENT = 'shop/orders/0.#epoch.0'
const AsyncFunction = (async () => {}).constructor as new (
  ...parts: readonly string[]
) => (...values: readonly unknown[]) => Promise<void>

interface Example {
  readonly section: string
  readonly title: string
  readonly code: string
}

/** The TypeScript examples of some sections; they have no types in them, so that they can be run as they are. */
function examples(): Example[] {
  return SECTIONS.flatMap(section => {
    const [, body = ''] = README.split(`\n## ${section}\n`)
    const [text = ''] = body.split('\n## ')
    return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ 1: code = '', index }) => {
      const titles = [...text.slice(0, index).matchAll(/^\*\*(.*?)\*\*/gm)]
      return { section, title: titles.at(-1)?.[1] ?? '', code: code.replaceAll(/^import .*\n/gm, '') }
    })
  })
}

/** A writer that appends for as long as the test runs, and comes again whenever its connection is gone. */
function keepWriting(server: EmbeddedServer): void {
  let ended = false
  const write = async (): Promise<void> => {
    const client = await RawClient.connect(server.segmentStoreEndpoint)
    const writerId = crypto.randomUUID()
    await client.ask(createSegment(1n, SEGMENT))
    let reply = await client.ask(setupAppend(2n, writerId, SEGMENT))
    for (let number = 1n; reply !== CLOSED && !ended; number++) reply = await client.ask(append(writerId, number, 'x'))
    client.destroy()
  }
  const goOn = async (): Promise<void> => {
    while (!ended) await write().catch(() => new Promise(resolve => setImmediate(resolve)))
  }
  void goOn()
  onTestFinished(() => {
    ended = true
  })
}

describe('an example of the README does what it says', () => {
  test('there are some', () => {
    expect(examples().length).toBeGreaterThan(12)
  })

  test.each(examples())('$section: $title', async ({ code }) => {
    const server = await startServer({ data: await newDirectory() })
    keepWriting(server)
    const parts = {
      server,
      EmbeddedServer,
      TestClock,
      mkdtemp: newDirectory,
      tmpdir,
      join,
      console: { log() {} },
      setTimeout: (run: () => void) => setTimeout(run, 0),
    }
    await new AsyncFunction(...Object.keys(parts), `{ ${code} }`)(...Object.values(parts))
    server.faults.clear()
  })
})
