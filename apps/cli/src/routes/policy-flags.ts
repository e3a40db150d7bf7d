import type { FlagParametersForType } from '@stricli/core'
import type { PolicyFlags } from '../commands/policies.ts'
import type { CliContext } from '../context.ts'
import { parseCount, parseDuration, parseSize } from '../values/quantities.ts'

export const policyFlags: FlagParametersForType<PolicyFlags, CliContext> = {
  segments: {
    kind: 'parsed',
    parse: parseCount,
    optional: true,
    placeholder: 'n',
    brief: 'Number of segments; the smallest number where the stream scales itself',
  },
  scaleByEvents: {
    kind: 'parsed',
    parse: parseCount,
    optional: true,
    placeholder: 'rate',
    brief: 'Scale itself: events per second that one segment should take',
  },
  scaleByData: {
    kind: 'parsed',
    parse: parseCount,
    optional: true,
    placeholder: 'rate',
    brief: 'Scale itself: KB/s that one segment should take',
  },
  scaleFactor: {
    kind: 'parsed',
    parse: parseCount,
    optional: true,
    placeholder: 'n',
    brief: 'Into how many a hot segment is split (2)',
  },
  retainTime: {
    kind: 'parsed',
    parse: parseDuration,
    optional: true,
    placeholder: 'duration',
    brief: 'Keep data at least so long, as in 7d; older data may go',
  },
  retainTimeMax: {
    kind: 'parsed',
    parse: parseDuration,
    optional: true,
    placeholder: 'duration',
    brief: 'Upper bound beside --retain-time, for slow subscribers',
  },
  retainSize: {
    kind: 'parsed',
    parse: parseSize,
    optional: true,
    placeholder: 'size',
    brief: 'Keep at least so many bytes, as in 10GiB; data before may go',
  },
  retainSizeMax: {
    kind: 'parsed',
    parse: parseSize,
    optional: true,
    placeholder: 'size',
    brief: 'Upper bound beside --retain-size, for slow subscribers',
  },
  tag: {
    kind: 'parsed',
    parse: String,
    optional: true,
    variadic: true,
    placeholder: 'tag',
    brief: 'A tag; give it several times for several tags',
  },
  timestampAggregationTimeout: {
    kind: 'parsed',
    parse: parseDuration,
    optional: true,
    placeholder: 'duration',
    brief: 'How long a writer that stopped noting time holds back the watermark',
  },
  rolloverSize: {
    kind: 'parsed',
    parse: parseSize,
    optional: true,
    placeholder: 'size',
    brief: 'Size of the chunks in long-term storage',
  },
}
