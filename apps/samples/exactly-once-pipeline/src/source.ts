import { setTimeout as delay } from 'node:timers/promises'
import { type ClientFactory, jsonSerializer } from '@pravega-ts/client'
import type { Ledger } from './ledger.ts'
import type { Order } from './orders.ts'
import type { Random } from './random.ts'

const CUSTOMERS = 25
const MOST_ITEMS = 3
const BURST = 20
const PAUSE_MS = 20
/** So that the workers are always busy, and never so far behind that nobody wants to wait for them. */
const MOST_LINES_AHEAD = 2_000

/** Writes orders, and tells the ledger, until the signal comes. */
export async function writeOrders(
  factory: ClientFactory,
  stream: string,
  ledger: Ledger,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  await using writer = await factory.createEventWriter(stream, { serializer: jsonSerializer<Order>() })
  const numbers = new Map<string, number>()
  while (!signal.aborted) {
    if (ledger.lines - ledger.seen < MOST_LINES_AHEAD) {
      for (let n = 0; n < BURST; n++) {
        const order = nextOrder(random, numbers)
        ledger.add(order)
        void writer.writeEvent(order, { routingKey: order.customer })
      }
      await writer.flush()
    }
    await delay(PAUSE_MS)
  }
}

function nextOrder(random: Random, numbers: Map<string, number>): Order {
  const customer = `customer ${random.between(1, CUSTOMERS)}`
  const number = numbers.get(customer) ?? 0
  numbers.set(customer, number + 1)
  const items = Array.from({ length: random.between(0, MOST_ITEMS) }, (_, n) => `item ${number}-${n}`)
  return { customer, number, items }
}
