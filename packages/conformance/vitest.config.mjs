import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../../tools/vitest.config.mjs'

export default mergeConfig(
  shared,
  defineConfig({
    test: {
      globalSetup: ['./dist/global-setup.js'],
      // Most files wait for leases, timers and a server far more than they compute.
      maxWorkers: 3,
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
)
