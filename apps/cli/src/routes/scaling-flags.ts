import type { FlagParametersForType } from '@stricli/core'
import type { ScalingFlags } from '../commands/scaling-settings.ts'
import type { CliContext } from '../context.ts'
import { parseScalingTime } from '../values/scaling-time.ts'

function time(brief: string): {
  readonly kind: 'parsed'
  readonly parse: (text: string) => number
  readonly optional: true
  readonly placeholder: 'duration'
  readonly brief: string
} {
  return { kind: 'parsed', parse: parseScalingTime, optional: true, placeholder: 'duration', brief }
}

export const scalingFlags: FlagParametersForType<ScalingFlags, CliContext> = {
  noAutoScaling: {
    kind: 'boolean',
    optional: true,
    withNegated: false,
    brief: 'Scale no stream by what is written to it, whatever its policy',
  },
  scalingCooldown: time('How long a new segment is left alone before it is split or merged (10m)'),
  scalingColdAfter: time('How long nothing is written to a segment until it may be merged with its neighbours (20m)'),
  scalingPeriod: time('How often the rates of segments are looked at (2m)'),
  scalingMute: time('How long until a segment is tried again that could not be scaled (10m)'),
  scalingMinute: time(
    'What counts as a minute, for the rates and for what is not given above: with 1s a busy stream scales after 10s (1m)',
  ),
}
