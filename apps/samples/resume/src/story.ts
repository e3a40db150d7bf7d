import { setTimeout as delay } from 'node:timers/promises'
import type { ClientFactory, ReaderGroup, StreamCut } from '@pravega-ts/client'
import { ScalingPolicy, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import { Child } from './child.ts'
import { type Account, billed, ordersUpTo, serializer } from './orders.ts'
import { Results } from './results.ts'

const LOOK_EVERY_MS = 50

/** What the story needs. */
export interface Stage {
  readonly uri: string
  readonly factory: ClientFactory
  /** Where the consumers keep their results. */
  readonly folder: string
  readonly orders: number
  readonly crashes: number
}

/**
 * A consumer is killed and started again; then it gets a colleague. Real processes, which share nothing but the server and the results.
 *
 * @throws Error when an order was billed twice, or not at all
 */
export async function tell({ uri, factory, folder, orders, crashes }: Stage): Promise<void> {
  const manager = factory.streamManager()
  const scope = `shop-${Date.now()}`
  const stream = new ScopedStream(scope, 'orders')
  const groupName = `${scope}/billing`
  await manager.createScope(scope)
  await manager.createStream(stream, { scaling: ScalingPolicy.fixed(4) })
  const results = await Results.in(folder)
  const billedOrders = async (): Promise<number> => total(await results.accounts()).orders
  await using processes = new AsyncDisposableStack()
  const startConsumer = (name: string): Child =>
    processes.use(new Child(name, 'consumer', [uri, String(stream), groupName, name, folder]))

  say('A shop takes orders, and alice bills them')
  const shop = processes.use(new Child('shop', 'producer', [uri, String(stream), String(orders)]))
  let alice = startConsumer('alice')
  await until(async () => (await billedOrders()) > 0, [shop, alice])
  await using group = await factory.openReaderGroup(groupName)

  const half = Math.floor(orders / 2)
  for (let crash = 1; crash <= crashes; crash += 1) {
    const place = (half * crash) / (crashes + 1)
    await until(async () => (await billedOrders()) >= place, [shop, alice])
    await alice.kill()
    say(`alice is killed, with ${await billedOrders()} orders billed. The group still counts on her`)
    await show(group)
    say('She is started again')
    alice = startConsumer('alice')
  }

  await until(async () => (await billedOrders()) >= half, [shop, alice])
  say('bob helps: the same program, another name')
  const bob = startConsumer('bob')
  await until(() => allRead(group, 2), [shop, alice, bob])
  await show(group)
  const checkpoint = await group.initiateCheckpoint()
  await shop.success()

  say('The shop closes. Nothing more can come, so they end by themselves')
  await manager.sealStream(stream)
  await Promise.all([alice, bob].map(child => child.success()))

  say('Nothing was lost, and nothing was billed twice')
  const accounts = await results.accounts()
  check(accounts, orders)
  const euros = (total(accounts).cents / 100).toFixed(2)
  tellOf('billed', `${orders} orders of ${accounts.size} customers, ${euros} in all, to the cent`)
  const cut = checkpoint.cuts.get(String(stream))
  if (cut !== undefined) await audit(factory, cut, orders)

  await factory.deleteReaderGroup(groupName)
  await manager.deleteScope(scope, { recursive: true })
}

/** A stream cut divides the stream: what a group has read, and what not. Another group can begin or end there. */
async function audit(factory: ClientFactory, cut: StreamCut, orders: number): Promise<void> {
  const { stream } = cut
  const count = async (part: string, from: 'head' | StreamCut, to: 'tail' | StreamCut): Promise<number> => {
    const name = `${stream.scope}/audit-${part}`
    await using group = await factory.createReaderGroup(name, { streams: [{ stream, from, to }] })
    await using reader = await group.createReader({ serializer })
    let events = 0
    for await (const _ of reader) events += 1
    await reader.close()
    await factory.deleteReaderGroup(name)
    return events
  }
  const before = await count('before', 'head', cut)
  const behind = await count('behind', cut, 'tail')
  if (before + behind !== orders)
    throw new Error(`the checkpoint divides ${orders} orders into ${before} and ${behind}`)
  tellOf('checkpoint while both read', `${before} orders before it, ${behind} behind it`)
}

/** @throws Error when the accounts are not those of the orders */
export function check(accounts: ReadonlyMap<string, Account>, orders: number): void {
  const expected = new Map<string, Account>()
  for (const order of ordersUpTo(orders)) expected.set(order.customer, billed(expected.get(order.customer), order))
  for (const [customer, { orders: count, cents }] of expected) {
    const actual = accounts.get(customer)
    if (actual?.orders === count && actual.cents === cents) continue
    throw new Error(
      `${customer} ordered ${count} times for ${cents} cents, and was billed ${actual?.orders ?? 0} times for ${actual?.cents ?? 0}`,
    )
  }
}

function total(accounts: ReadonlyMap<string, Account>): Account {
  let [orders, cents] = [0, 0]
  for (const account of accounts.values()) {
    orders += account.orders
    cents += account.cents
  }
  return { orders, cents }
}

async function allRead(group: ReaderGroup, count: number): Promise<boolean> {
  const { readers } = await group.describe()
  return readers.length === count && readers.every(({ segments }) => segments.length > 0)
}

async function show(group: ReaderGroup): Promise<void> {
  for (const { readerId, segments } of (await group.describe()).readers) {
    const places = segments.map(({ segment, offset }) => `${ScopedSegment.parse(segment).number} from ${offset}`)
    tellOf(`segments of ${readerId}, as recorded`, places.join(', '))
  }
}

async function hasEnded(child: Child): Promise<boolean> {
  return Promise.race([child.ended.then(() => true), Promise.resolve(false)])
}

/** Waits for something that these processes bring about. */
async function until(isSo: () => Promise<boolean>, processes: readonly Child[]): Promise<void> {
  while (!(await isSo())) {
    for (const child of processes) if (await hasEnded(child)) await child.success()
    await delay(LOOK_EVERY_MS)
  }
}

function say(what: string): void {
  console.log(`\n${what}:\n`)
}

function tellOf(what: string, outcome: string): void {
  console.log(`  ${what.padEnd(34)} ${outcome}`)
}
