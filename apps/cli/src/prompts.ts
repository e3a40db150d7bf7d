import type { CliContext } from './context.ts'

/** Whether there is somebody to ask. Standard output may still go elsewhere: questions are put on standard error. */
export function canAsk({ stdin, stderr }: CliContext): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
}

/** @returns undefined when there is no answer (Ctrl-C, Ctrl-D) */
export async function askPassword(cli: CliContext, message: string): Promise<string | undefined> {
  const { password } = await import('@clack/prompts')
  using end = endOfInput(cli)
  const answer = await password({ message, output: cli.stderr, signal: end.signal })
  return typeof answer === 'string' ? answer : undefined
}

export async function askConsent(cli: CliContext, message: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts')
  using end = endOfInput(cli)
  return (await confirm({ message, initialValue: false, output: cli.stderr, signal: end.signal })) === true
}

/** A prompt does not notice by itself that nobody can answer any more, and then waits for ever. */
function endOfInput({ stdin, signal }: CliContext): Disposable & { readonly signal: AbortSignal } {
  const gone = new AbortController()
  const onEnd = (): void => gone.abort()
  const onKey = (_: unknown, key: { readonly ctrl?: boolean; readonly name?: string }): void => {
    if (key.ctrl === true && key.name === 'd') gone.abort()
  }
  stdin.on('end', onEnd).on('keypress', onKey)
  return {
    signal: AbortSignal.any([signal, gone.signal]),
    [Symbol.dispose](): void {
      stdin.off('end', onEnd).off('keypress', onKey)
    },
  }
}
