import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ClientFactory, jsonSerializer, ScalingPolicy } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openInvoicing } from '../src/invoicing.ts'
import { Ledger } from '../src/ledger.ts'
import type { Order } from '../src/orders.ts'
import { checkOutput } from '../src/output.ts'
import { takeOver } from '../src/take-over.ts'
import type { Stage } from '../src/work.ts'

const program = fileURLToPath(new URL('dying-worker.ts', import.meta.url))
const names = { scope: 'crash', input: 'orders', output: 'lines', group: 'invoicing' }
const ORDERS = 2_000
const CUSTOMERS = 10

let server: EmbeddedServer
let factory: ClientFactory
const ledger = new Ledger()
beforeAll(async () => {
  server = await EmbeddedServer.start()
  factory = await ClientFactory.create(server.controllerUri)
  const manager = factory.streamManager()
  await manager.createScope(names.scope)
  for (const stream of [names.input, names.output]) {
    await manager.createStream(`${names.scope}/${stream}`, { scaling: ScalingPolicy.fixed(2) })
  }
  await using writer = await factory.createEventWriter(`${names.scope}/${names.input}`, {
    serializer: jsonSerializer<Order>(),
  })
  for (let n = 0; n < ORDERS; n++) {
    const order = { customer: `customer ${n % CUSTOMERS}`, number: n, items: [`item ${n}`] }
    ledger.add(order)
    void writer.writeEvent(order, { routingKey: order.customer })
  }
})
afterAll(async () => {
  await factory.close()
  await server.close()
})

/** Runs a worker until it kills itself. Resolves to what it had found of its predecessor. */
async function die(stage: Stage, times: number): Promise<unknown> {
  const options = JSON.stringify({ controller: server.controllerUri, names, worker: 'mayfly', stage, times })
  const child = fork(program, [options], { execArgv: [] })
  const found = once(child, 'message')
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
  return (await found)[0]
}

const STAGES = ['begun', 'written', 'recorded', 'committed', 'acknowledged'] as const

it('nothing is repeated and nothing is lost, whatever the worker had done last', { timeout: 120_000 }, async () => {
  const deaths: string[] = []
  const found: unknown[] = []
  for (const times of [1, 2]) {
    for (const stage of STAGES) {
      deaths.push(`${stage} ${times}`)
      found.push(await die(stage, times))
    }
  }
  const pipeline = await openInvoicing(factory, names)
  found.push((await takeOver(pipeline, 'mayfly')).found)
  // What each one leaves is found by the next one. The record is new with every start.
  expect(deaths.map((death, n) => [death, found[n + 1]])).toEqual([
    ['begun 1', 'none'],
    ['written 1', 'none'],
    ['recorded 1', 'aborted'],
    ['committed 1', 'committed'],
    ['acknowledged 1', 'committed'],
    ['begun 2', 'committed'],
    ['written 2', 'committed'],
    ['recorded 2', 'aborted'],
    ['committed 2', 'committed'],
    ['acknowledged 2', 'committed'],
  ])
  const enough = new AbortController()
  const child = fork(
    program,
    [JSON.stringify({ controller: server.controllerUri, names, worker: 'another', stage: 'none', times: 1 })],
    { execArgv: [] },
  )
  const ended = once(child, 'exit')
  await Promise.race([checkOutput(factory, names, ledger, 'never', enough.signal), allSeen(enough), ended])
  child.disconnect()
  expect(await ended).toEqual([0, null])
  ledger.rewind()
  await checkOutput(factory, names, ledger, 'tail')
  expect(ledger.seen).toBe(ORDERS)
})

async function allSeen(enough: AbortController): Promise<void> {
  await expect.poll(() => ledger.seen, { timeout: 60_000 }).toBe(ORDERS)
  enough.abort()
}
