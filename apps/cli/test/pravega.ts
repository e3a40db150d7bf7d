import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../bin/pravega.mjs', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface RunOptions {
  readonly controller?: string
  readonly input?: Uint8Array
  readonly env?: Readonly<Record<string, string>>
}

/** Environment without anything that this machine may have set. */
function environment({ controller, env = {} }: RunOptions): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !/^(pravega|keycloak|no_color|force_color)/i.test(name))
  return { ...Object.fromEntries(clean), ...(controller && { PRAVEGA_CONTROLLER_URI: controller }), ...env }
}

/** The built command in a process of its own, as a user runs it. */
export function start(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [bin, ...args], { env: environment(options) })
}

export async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', chunk => stdout.push(chunk))
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail)
    child.once('close', settle)
  })
  return { code, stdout: Buffer.concat(stdout), stderr }
}

export async function pravega(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = start(args, options)
  // A command that does not read its input may be gone before all of it is written.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  return outcomeOf(child)
}

export function jsonLines(output: Buffer | string): unknown[] {
  return output
    .toString()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}
