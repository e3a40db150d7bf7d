// Thousands of connections that say nothing sensible, at both ports of a server, beside a writer, a reader and controller calls:
// node test/hostile/main.ts [--connections 10000] [--tls]
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { resolveClientConfig } from '@pravega-ts/config'
import { createController } from '@pravega-ts/controller-client'
import { RawClient } from '../support/raw-client.ts'
import { append, createSegment, readSegment, setupAppend } from '../support/requests.ts'
import type { Answer, Question } from './server-process.ts'

const { values } = parseArgs({
  options: { connections: { type: 'string', default: '10000' }, tls: { type: 'boolean', default: false } },
})
const connections = Number(values.connections)
const REQUESTS = 2000

function run(file: string, args: readonly string[], execArgv: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: [...execArgv] })
}

async function told<Message>(child: ChildProcess): Promise<Message> {
  const [message] = (await once(child, 'message')) as [Message]
  return message
}

async function ask<Message>(child: ChildProcess, question: Question): Promise<Message> {
  const answered = told<Message>(child)
  child.send(question)
  return answered
}

/** Milliseconds of each request, one after the other. */
async function timed(count: number, request: () => Promise<unknown>): Promise<string> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const begun = performance.now()
    await request()
    times.push(performance.now() - begun)
  }
  times.sort((a, b) => a - b)
  const at = (share: number): string => (times[Math.min(count - 1, Math.floor(count * share))] ?? 0).toFixed(2)
  return `${count} of ${count} answered, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`
}

/** A writer and a reader on the segment store port: each request is an append that the reader is given. */
async function appendAndRead(port: number): Promise<() => Promise<void>> {
  const endpoint = { host: '127.0.0.1', port }
  const [writer, reader] = [await RawClient.connect(endpoint), await RawClient.connect(endpoint)]
  const writerId = randomUUID()
  await writer.ask(createSegment(1n, 'hostile/crowd/0.#epoch.0'))
  await writer.ask(setupAppend(2n, writerId, 'hostile/crowd/0.#epoch.0'))
  let offset = 0n
  return async () => {
    reader.send(readSegment(offset, 'hostile/crowd/0.#epoch.0', offset))
    writer.send(append(writerId, offset + 1n, 'x'))
    await writer.expect('DataAppended')
    await reader.expect('SegmentRead')
    offset++
  }
}

const server = run('server-process.ts', values.tls ? ['--tls'] : [], ['--expose-gc'])
const begun = await told<Answer>(server)
const controller = createController(
  resolveClientConfig({
    controllerUri: `${values.tls ? 'tls' : 'tcp'}://127.0.0.1:${begun.controllerPort}`,
    ...(begun.cert !== undefined && { tls: { ca: begun.cert } }),
  }),
)
await controller.createScope('hostile')
const report = (when: string, { rssMiB, fileDescriptors }: Answer): void => {
  console.log(`  ${when.padEnd(26)} RSS ${String(rssMiB).padStart(4)} MiB, ${fileDescriptors} file descriptors`)
}

let failed = false
async function besiege(what: string, port: number, request: () => Promise<unknown>): Promise<void> {
  console.log(`${what}${values.tls ? ', TLS' : ''}`)
  console.log(`  alone: ${await timed(REQUESTS, request)}`)
  const before = await ask<Answer>(server, 'measure')
  report('before', before)
  const crowd = run('crowd-process.ts', [String(port), String(connections)])
  const gathered = told<number>(crowd)
  console.log(`  while they come: ${await timed(REQUESTS, request)}`)
  console.log(`  ${connections} came, ${await gathered} are there`)
  report('with them', await ask<Answer>(server, 'measure'))
  console.log(`  beside them: ${await timed(REQUESTS, request)}`)
  await ask<Answer>(server, 'wait')
  console.log(`  after 30 s of the server's time: ${await timed(REQUESTS, request)}`)
  const left = await ask<number>(crowd, 'measure')
  const after = await ask<Answer>(server, 'measure')
  report(`after, ${left} are left`, after)
  failed ||= left > 0 || after.fileDescriptors > before.fileDescriptors
  crowd.disconnect()
  await once(crowd, 'exit')
}

if (!values.tls)
  await besiege('segment store port', begun.segmentStorePort, await appendAndRead(begun.segmentStorePort))
await besiege('controller port', begun.controllerPort, () => controller.checkScopeExists('hostile'))
await controller.close()
server.disconnect()
process.exitCode = failed ? 1 : 0
