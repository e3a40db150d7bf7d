import { type InputCompletion, proposeCompletions, run, type StricliProcess } from '@stricli/core'
import { application } from './application.ts'
import { type CliContext, Interrupts } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { moveLeadingFlags, splitLeadingFlags } from './leading-flags.ts'
import { Output } from './output.ts'

/** How the completion scripts ask: `pravega __complete word... partial`. */
const COMPLETE = '__complete'

/** Runs one command line (without the name of the program) and sets the exit code of the process. */
export async function main(words: readonly string[]): Promise<void> {
  const interrupts = new Interrupts()
  interrupts.listen(process.stdout)
  if (words[0] === COMPLETE) {
    await complete(interrupts, words.slice(1))
    return
  }
  const complaints: string[] = []
  let place = 'pravega'
  const stricliProcess = parserProcess(complaints)
  await run(application, moveLeadingFlags(words), {
    process: stricliProcess,
    forCommand: ({ prefix }) => {
      place = prefix.join(' ')
      return contextFor(stricliProcess, interrupts, words)
    },
  })
  if (complaints.length > 0) {
    const output = new Output(process.stdout, process.stderr, words.includes('--json'))
    const message = complaints.join('').trim()
    output.failure({ code: 'USAGE', message, hint: `See \`${place} --help\`.`, exitCode: EXIT.usage })
  }
  process.exitCode = exitCodeOf(stricliProcess.exitCode)
}

/** The parser uses negative numbers for command lines that it cannot read. */
function exitCodeOf(code: number | string | null | undefined): number {
  if (typeof code !== 'number') return EXIT.ok
  return code < 0 ? EXIT.usage : code
}

/** What the parser complains about is collected, so that it can be shown as JSON too. */
function parserProcess(complaints: string[]): StricliProcess {
  return { stdout: process.stdout, stderr: { write: text => complaints.push(text) }, env: process.env }
}

function contextFor(stricliProcess: StricliProcess, interrupts: Interrupts, words: readonly string[]): CliContext {
  return {
    process: stricliProcess,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    words,
    signal: interrupts.signal,
    get interruption() {
      return interrupts.cause
    },
  }
}

async function complete(interrupts: Interrupts, words: readonly string[]): Promise<void> {
  const context = contextFor(parserProcess([]), interrupts, words)
  const proposals = await proposeCompletions(application, splitLeadingFlags(words).rest, context)
  process.stdout.write(proposals.map(lineOf).join(''))
}

function lineOf({ completion, brief }: InputCompletion): string {
  return `${completion}\t${brief}\n`
}
