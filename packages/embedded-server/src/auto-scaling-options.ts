import { PravegaError } from '@pravega-ts/model'
import type { AutoScalingSettings } from './controller/domain/auto-scale.ts'

/**
 * When streams with a policy by rate are scaled. What is left out is as in Pravega. All times are in milliseconds of the server's clock.
 */
export interface AutoScalingOptions {
  /**
   * What counts as a minute: rates are measured over 2, 5, 10 and 20 of them, and the other times follow it unless they are given.
   * Default 60,000. With 1000 a busy stream scales after ten seconds, for a demonstration or a test without a clock of its own.
   */
  readonly minuteMs?: number | undefined
  /** Between two looks at the rates. Default: two minutes. */
  readonly periodMs?: number | undefined
  /** For how long a new segment is left alone. Default: ten minutes. */
  readonly cooldownMs?: number | undefined
  /** Between two attempts to scale a segment, when the first one was refused. Default: ten minutes. */
  readonly muteMs?: number | undefined
  /** After how long without a write a segment is cold, whatever its rates. Default: twenty minutes. */
  readonly coldAfterMs?: number | undefined
}

const MINUTE_MS = 60_000
/** Below that, looking at the rates would be all that the server does. */
const LEAST_MS = 10

/**
 * @returns undefined when streams are not to be scaled
 * @throws PravegaError INVALID_ARGUMENT for a time below ten milliseconds.
 */
export function autoScalingSettings(options: false | AutoScalingOptions = {}): AutoScalingSettings | undefined {
  if (options === false) return undefined
  const { minuteMs = MINUTE_MS } = options
  const settings: AutoScalingSettings = {
    minuteMs,
    periodMs: options.periodMs ?? 2 * minuteMs,
    cooldownMs: options.cooldownMs ?? 10 * minuteMs,
    muteMs: options.muteMs ?? 10 * minuteMs,
    coldAfterMs: options.coldAfterMs ?? 20 * minuteMs,
  }
  for (const [name, ms] of Object.entries(settings)) {
    if (ms >= LEAST_MS && Number.isFinite(ms)) continue
    throw new PravegaError('INVALID_ARGUMENT', `autoScaling.${name} is ${ms}; give at least ${LEAST_MS} milliseconds`)
  }
  return settings
}
