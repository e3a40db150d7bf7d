import { parseArgs } from 'node:util'
import { ClientFactory } from '@pravega-ts/client'
import { openInvoicing } from './invoicing.ts'
import { type Message, STOP, SUPERSEDED_EXIT_CODE } from './messages.ts'
import { Superseded } from './progress.ts'
import { work } from './work.ts'

const { values } = parseArgs({
  options: {
    controller: { type: 'string' },
    scope: { type: 'string', default: 'samples' },
    input: { type: 'string', default: 'orders' },
    output: { type: 'string', default: 'invoice-lines' },
    group: { type: 'string', default: 'invoicing' },
    name: { type: 'string', default: 'worker-1' },
  },
})

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())
process.once('disconnect', () => stop.abort())
process.on('message', message => {
  if (message === STOP) stop.abort()
})

function tell(message: Message): void {
  if (process.connected) process.send?.(message)
}

try {
  await using factory = await ClientFactory.create({ controllerUri: values.controller })
  const pipeline = await openInvoicing(factory, values)
  await work(pipeline, values.name, stop.signal, {
    joined: found => tell({ kind: 'joined', found }),
    reached: stage => tell({ kind: 'reached', stage }),
  })
} catch (error) {
  console.error(`${values.name}: ${error}`)
  process.exitCode = error instanceof Superseded ? SUPERSEDED_EXIT_CODE : 1
}
if (process.connected) process.disconnect()
