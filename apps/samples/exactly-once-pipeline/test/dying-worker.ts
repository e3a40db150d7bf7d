// A worker that kills its own process when it has reached a stage for the n-th time: node dying-worker.ts <options of the worker as JSON>
import { ClientFactory } from '@pravega-ts/client'
import { openInvoicing } from '../dist/invoicing.js'
import { work } from '../dist/work.js'

const { controller, names, worker, stage: deadly, times } = JSON.parse(process.argv[2] ?? '')
let left: number = times
const stop = new AbortController()
process.once('disconnect', () => stop.abort())
await using factory = await ClientFactory.create(controller)
await work(await openInvoicing(factory, names), worker, stop.signal, {
  joined: found => process.send?.(found),
  reached(stage) {
    if (stage !== deadly) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  },
})
