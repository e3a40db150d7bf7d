import { ClientFactory } from '@pravega-ts/client'
import { serializer } from './orders.ts'
import { Results } from './results.ts'

const [uri = '', stream = '', groupName = '', readerId = '', folder = ''] = process.argv.slice(2)
const results = await Results.in(folder)
await using factory = await ClientFactory.create(uri)

// Whoever comes first makes the group; for all others this opens it.
await using group = await factory.createReaderGroup(groupName, { streams: [stream], refreshTimeMs: 500 })

// If the one before has died, the group does not know that. It goes on where the results end.
const hasDied = await group.readerOffline(readerId, await results.position())
console.log(hasDied ? 'takes over from the one of this name that has died' : 'is new in the group')

await using reader = await group.createReader({ readerId, serializer, balanceUnitMs: 100 })
let stored = 0
for await (const event of reader) {
  // The event is acknowledged when the loop asks for the next one: when its result is safe.
  if (await results.store(event)) stored += 1
}
console.log(`has stored ${stored} orders; everything is read`)
