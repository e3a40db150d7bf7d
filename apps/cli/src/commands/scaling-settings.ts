import type { EmbeddedServerOptions } from '@pravega-ts/embedded-server'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'

/** When a server scales streams by itself, as flags. Times are in milliseconds. */
export interface ScalingFlags {
  readonly noAutoScaling?: boolean
  readonly scalingMinute?: number
  readonly scalingPeriod?: number
  readonly scalingCooldown?: number
  readonly scalingColdAfter?: number
  readonly scalingMute?: number
}

/** @throws CliError for times of what is turned off */
export function autoScalingOf(flags: ScalingFlags): NonNullable<EmbeddedServerOptions['autoScaling']> {
  const times = {
    minuteMs: flags.scalingMinute,
    periodMs: flags.scalingPeriod,
    cooldownMs: flags.scalingCooldown,
    coldAfterMs: flags.scalingColdAfter,
    muteMs: flags.scalingMute,
  }
  if (flags.noAutoScaling !== true) return times
  if (Object.values(times).some(ms => ms !== undefined)) {
    const message = '--no-auto-scaling and the times that begin with --scaling- exclude each other.'
    throw new CliError('USAGE', EXIT.usage, message, 'See `pravega server --help`.')
  }
  return false
}
