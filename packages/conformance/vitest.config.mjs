import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../../tools/vitest.config.mjs'

export default mergeConfig(
  shared,
  defineConfig({
    test: {
      globalSetup: ['./dist/global-setup.js'],
      // Both engines share two cores with the tests themselves; one file at a time keeps deadlines meaningful.
      fileParallelism: false,
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
)
