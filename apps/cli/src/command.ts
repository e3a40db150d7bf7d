import type { ClientFactory, StreamManager } from '@pravega-ts/client'
import type { CallOptions } from '@pravega-ts/model'
import type { ConnectionFlags, OutputFlags } from './connection-flags.ts'
import type { CliContext } from './context.ts'
import { CliError, failureOf } from './failure.ts'
import { Output } from './output.ts'

/** What a command that talks to a server works with. */
export interface Session {
  readonly cli: CliContext
  readonly factory: ClientFactory
  readonly manager: StreamManager
  readonly output: Output
  /** For each request: the signal of Ctrl-C, and `--timeout`. */
  readonly call: CallOptions
}

/** What a command runs: its flags and arguments as the parser read them. */
export type Run<F, A extends readonly unknown[]> = (this: CliContext, flags: F, ...args: A) => Promise<void>

/** A command that needs no server. What it throws is reported and decides the exit code. */
export function local<F extends OutputFlags, A extends readonly unknown[]>(
  work: (cli: CliContext, output: Output, flags: F, ...args: A) => Promise<void>,
): Run<F, A> {
  return async function (this: CliContext, flags: F, ...args: A): Promise<void> {
    const output = new Output(this.stdout, this.stderr, flags.json === true)
    try {
      await work(this, output, flags, ...args)
    } catch (error) {
      const failure = failureOf(error, this.interruption)
      if (failure === undefined) return
      // Whoever pressed Ctrl-C knows that.
      const known = this.interruption !== undefined && !(error instanceof CliError)
      if (!known || output.json) output.failure(failure)
      this.process.exitCode = failure.exitCode
    }
  }
}

/** A command with a client. What the command opens need not be closed: the client does that when the command is done. */
export function connected<F extends ConnectionFlags, A extends readonly unknown[]>(
  work: (session: Session, flags: F, ...args: A) => Promise<void>,
): Run<F, A> {
  return local<F, A>(async (cli, output, flags, ...args) => {
    const [{ ClientFactory }, { clientOptions }] = await Promise.all([
      import('@pravega-ts/client'),
      import('./connect.ts'),
    ])
    const factory = await ClientFactory.create(await clientOptions(cli, flags))
    try {
      const call = { signal: cli.signal, timeoutMs: flags.timeout }
      await work({ cli, factory, manager: factory.streamManager(), output, call }, flags, ...args)
    } catch (error) {
      // What has failed is not waited for, and how it ends tells nothing new.
      await factory.close({ force: true }).catch(() => {})
      throw error
    }
    await factory.close()
  })
}
