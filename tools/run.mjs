// Builds one of the apps with what it stands on, then runs it: node tools/run.mjs <app> [arguments]
import { spawn, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { become } from './become.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const APPS = {
  tour: 'apps/samples/tour/dist/main.js',
  'file-roundtrip': 'apps/samples/file-roundtrip/dist/main.js',
  resume: 'apps/samples/resume/dist/main.js',
  'exactly-once-pipeline': 'apps/samples/exactly-once-pipeline/dist/main.js',
  'batch-to-streams': 'apps/samples/batch-to-streams/dist/main.js',
  bench: 'apps/bench/dist/index.js',
  cli: 'apps/cli/bin/pravega.mjs',
  crash: 'packages/conformance/dist/crash/main.js',
  hostile: 'packages/embedded-server/test/hostile/main.ts',
}
/** Where an app is not a package of its own. */
const PACKAGES = { crash: 'conformance', hostile: 'embedded-server' }

const [app, ...args] = process.argv.slice(2)
const entry = APPS[app]
if (entry === undefined) {
  console.error(`tools/run.mjs: there is no app '${app}'; known: ${Object.keys(APPS).join(', ')}`)
  process.exit(2)
}
const build = spawnSync(
  'turbo',
  ['run', 'build', `--filter=@pravega-ts/${PACKAGES[app] ?? app}`, '--output-logs=errors-only', '--log-prefix=none'],
  {
    cwd: root,
    // Standard output belongs to the app: a build line in it would break a pipe.
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  },
)
if (build.status !== 0) {
  console.error(build.stdout)
  process.exit(build.status ?? 1)
}
become(spawn(process.execPath, [join(root, entry), ...args], { stdio: 'inherit' }))
