// The whole check of the project: build, drift checks, unit tests, conformance on every engine that can run here.
// Ends with a line "N passed, N failed" counted from the test runner's own reports.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const REPORTS = ['packages/*/.reports/test.json', 'apps/*/.reports/test.json', 'apps/samples/*/.reports/test.json']
const ENGINES = join(root, 'packages/conformance/.reports/engines.txt')
const CHECKS = ['build', 'lint', 'types', 'api', 'layers', 'unused', 'package', 'test']
const STEPS = [
  ['biome', 'check', 'tools', '.changeset', 'package.json', 'turbo.json', 'biome.json', 'knip.json'],
  ['sherif', '--fail-on-warnings', '--ignore-rule', 'packages-without-package-json'],
  ['turbo', 'run', ...CHECKS, '--continue=dependencies-successful', '--output-logs=new-only', '--log-order=grouped'],
  ['turbo', 'run', 'conformance', '--output-logs=full', '--log-order=stream', '--only'],
]

function count(files) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const file of files) {
    const report = JSON.parse(readFileSync(join(root, file), 'utf8'))
    sum.passed += report.numPassedTests
    sum.failed += report.numFailedTests
    sum.skipped += report.numPendingTests + report.numTodoTests
    // A file that could not even be loaded has no test to count, and must not pass for that.
    sum.failed += report.testResults.filter(
      suite => suite.status === 'failed' && suite.assertionResults.length === 0,
    ).length
  }
  return sum
}

for (const file of globSync(REPORTS, { cwd: root })) rmSync(join(root, file))
rmSync(ENGINES, { force: true })

// Compiling programs of other clients takes minutes, for which their tests would otherwise wait.
const conformance = join(root, 'packages/conformance')
const prepared = spawn(process.execPath, ['src/prepare-foreign.ts'], { cwd: conformance, stdio: 'ignore' })

const failedSteps = []
for (const [command, ...args] of STEPS) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) failedSteps.push(`${command} ${args.slice(0, 2).join(' ')} (${error?.message ?? status ?? signal})`)
}

prepared.kill()
const files = globSync(REPORTS, { cwd: root })
const sum = count(files)
const engines = existsSync(ENGINES)
  ? readFileSync(ENGINES, 'utf8').trim()
  : 'engines: NONE, the conformance suite did not start'
for (const step of failedSteps) console.error(`failed: ${step}`)
if (files.length === 0) console.error('failed: no test report was written')
console.log(engines)
// A check that has failed is a failure, though no test was.
const failed = Math.max(sum.failed, failedSteps.length)
console.log(`${sum.passed} passed, ${failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`)
process.exitCode = failed > 0 || sum.passed === 0 ? 1 : 0
