import { defineConfig } from 'vitest/config'

// One configuration for all packages; each is run from its own folder. The JSON report is what tools/test.mjs counts.
export default defineConfig({
  root: process.cwd(),
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', ['json', { outputFile: '.reports/test.json' }]],
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
  },
})
