import { isByteMode, runBench } from './options.ts'

await runBench(process.argv.slice(2), async ({ mode, ...options }) => {
  // Only what a mode needs is loaded: memory is measured too.
  if (mode === 'batch') {
    const { batchBench } = await import('./batch/batch-bench.ts')
    await batchBench(options)
  } else if (mode === 'calls') {
    const { callBench } = await import('./calls/call-bench.ts')
    await callBench(options)
  } else if (mode === 'tables') {
    const { tableBench } = await import('./tables/table-bench.ts')
    await tableBench({ ...options, mode })
  } else if (mode === 'durable') {
    const { durableBench } = await import('./durable/durable-bench.ts')
    await durableBench({ ...options, mode })
  } else if (mode === 'server') {
    const { serverBench } = await import('./server/server-bench.ts')
    await serverBench({ ...options, mode })
  } else if (isByteMode(mode)) {
    const { byteBench } = await import('./bytes/byte-bench.ts')
    await byteBench(mode, { ...options, mode })
  } else {
    const { eventBench } = await import('./events/event-bench.ts')
    await eventBench(mode, { ...options, mode })
  }
})
