import { setTimeout as delay } from 'node:timers/promises'
import { ClientFactory } from '@pravega-ts/client'
import { ordersUpTo, serializer } from './orders.ts'

/** However many orders there are, they take their time: the story is about what happens meanwhile. */
const BATCHES = 200
const PAUSE_MS = 20

const [uri = '', stream = '', count = ''] = process.argv.slice(2)
const batch = Math.ceil(Number(count) / BATCHES)
await using factory = await ClientFactory.create(uri)
await using writer = await factory.createEventWriter(stream, { serializer })
for (const order of ordersUpTo(Number(count))) {
  void writer.writeEvent(order, { routingKey: order.customer })
  if (order.number % batch === 0) await delay(PAUSE_MS)
}
await writer.flush()
console.log(`has taken ${count} orders`)
