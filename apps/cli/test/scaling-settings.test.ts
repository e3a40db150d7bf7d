import { expect, it } from 'vitest'
import { autoScalingOf } from '../src/commands/scaling-settings.ts'

it('is turned off by its flag, and otherwise has the times that are given', () => {
  expect(autoScalingOf({ noAutoScaling: true })).toBe(false)
  expect(autoScalingOf({})).toEqual({})
  const given = { scalingMinute: 1, scalingPeriod: 2, scalingCooldown: 3, scalingColdAfter: 4, scalingMute: 5 }
  expect(autoScalingOf(given)).toEqual({ minuteMs: 1, periodMs: 2, cooldownMs: 3, coldAfterMs: 4, muteMs: 5 })
})
