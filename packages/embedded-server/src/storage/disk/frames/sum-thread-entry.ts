import { parentPort } from 'node:worker_threads'
import { crc32 } from 'node:zlib'
import type { Sums } from './frame-sums.ts'
import type { SumTask } from './sum-thread.ts'

// What SumThread runs: sums up parts of the memory that it is given, and gives the memory back with the sums.

parentPort?.on('message', ({ memory, parts }: SumTask) => {
  const bytes = new Uint8Array(memory)
  const sums = parts.map(({ from, to, sum }) => crc32(bytes.subarray(from, to), sum))
  parentPort?.postMessage({ memory, sums } satisfies Sums, [memory])
})
parentPort?.postMessage('ready')
