import { byteBench } from './bytes/byte-bench.ts'
import { eventBench } from './events/event-bench.ts'
import { isByteMode, runBench } from './options.ts'

await runBench(process.argv.slice(2), ({ mode, ...options }) =>
  isByteMode(mode) ? byteBench(mode, { ...options, mode }) : eventBench(mode, { ...options, mode }),
)
