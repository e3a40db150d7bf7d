import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest'
import { ForeignProcess } from './foreign-process.ts'
import { buildForeignRust, missingRustTool, type RustBuild } from './foreign-rust-build.ts'

const BUILD_LIMIT_MS = Number(process.env['PRAVEGA_RUST_BUILD_SECONDS'] ?? 300) * 1000
const LEFT_OUT = "PRAVEGA'S RUST CLIENT DID NOT RUN"

/** What a Rust reader tells. */
export type RustRead =
  | { readonly type: 'event'; readonly event: string; readonly segment: string; readonly offset: string }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly error: string; readonly message: string }

/** A server, and how the client comes to it if that asks for more than its address. */
export interface RustTarget {
  readonly controllerUri: string
  readonly user?: string
  readonly password?: string
  /** PEM texts. */
  readonly trustCertificates?: readonly string[]
}

let build: RustBuild | undefined

/** Said where the engines of the run are said, too. */
function leaveOut(reason: string): void {
  const line = `${LEFT_OUT}: ${reason}`
  console.warn(line)
  appendFileSync(join('.reports', 'engines.txt'), `${line}\n`)
}

/**
 * Declares tests that need Pravega's Rust client. Without cargo one skipped test says so by name; when the client cannot be fetched, or
 * is not built in time, each test is skipped with the reason.
 */
export function describeRust(name: string, declare: () => void): void {
  const missing = missingRustTool()
  if (missing !== undefined) {
    it.skip(`${name}: ${LEFT_OUT}: ${missing} is not on the PATH`)
    return
  }
  describe(name, () => {
    beforeAll(async () => {
      build = await buildForeignRust(BUILD_LIMIT_MS)
      if (build.kind === 'leftOut') leaveOut(build.reason)
    }, BUILD_LIMIT_MS + 60_000)
    beforeEach(({ skip }) => {
      if (build?.kind === 'leftOut') skip(`${LEFT_OUT}: ${build.reason}`)
    })
    declare()
  })
}

/** Pravega's Rust client in a process of its own, which starts with the first request. Names are `scope/stream`, `scope/group`. */
export class ForeignRust implements AsyncDisposable {
  readonly #target: () => RustTarget
  readonly #readers: Map<string, (read: RustRead) => void> = new Map()
  #process: ForeignProcess | undefined

  /** @param target - Asked for with the first request. */
  constructor(target: () => RustTarget) {
    this.#target = target
  }

  /** For all tests of a block. */
  static of(target: () => RustTarget): ForeignRust {
    const rust = new ForeignRust(target)
    afterAll(() => rust.close())
    return rust
  }

  /** A command of the Rust program by its name, see `foreign/rust`. Fails with a `ForeignError` that has the client's failure. */
  async request<R>(command: string, content: Readonly<Record<string, unknown>> = {}): Promise<R> {
    this.#process ??= this.#start()
    return (await this.#process.request(command, content)) as R
  }

  /** @param heard - Gets everything that the reader reads, as it comes. */
  async openReader(group: string, reader: string, heard: (read: RustRead) => void): Promise<void> {
    this.#readers.set(reader, heard)
    await this.request('events.openReader', { group, reader })
  }

  async closeReader(reader: string): Promise<void> {
    await this.request('events.closeReader', { reader })
  }

  async close(): Promise<void> {
    await this.#process?.close()
    this.#process = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #start(): ForeignProcess {
    if (build?.kind !== 'built') throw new Error('the Rust program is built by describeRust')
    const { controllerUri, user, password, trustCertificates } = this.#target()
    // It takes an address, and a scheme for TLS only.
    const controller = controllerUri.replace(/^tcp:\/\//, '')
    return new ForeignProcess(
      build.program,
      [controller, JSON.stringify({ user, password, trustCertificates })],
      ({ reader, ...read }) => this.#readers.get(String(reader))?.(read as unknown as RustRead),
    )
  }
}
