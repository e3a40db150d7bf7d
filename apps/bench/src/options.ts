import { buildApplication, buildCommand, numberParser, run, type StricliProcess } from '@stricli/core'

export const MODES = ['bytewrite', 'byteread', 'bytecopy'] as const
export type Mode = (typeof MODES)[number]

/** One run, as asked for on the command line. */
export interface BenchOptions {
  readonly mode: Mode
  /** Undefined: an embedded server in a process of its own. */
  readonly controller: string | undefined
  /** Streams of one segment each, written or read side by side. */
  readonly segments: number
  /** Bytes of one write or one read buffer. */
  readonly eventSize: number
  /** Writes (or buffers read), over all segments. */
  readonly events: number
  /** A flush after so many writes of a segment; 0: only at the end. 1 makes the latencies those of durable writes. */
  readonly flushEvery: number
  /** Appends without condition, as the Java client does, instead of being the only writer. */
  readonly shared: boolean
  /** Runs Pravega's Java client with the same numbers beside ours and prints its line and the ratios. */
  readonly reference: boolean
}

function wholeNumber(minimum: number): (input: string) => number {
  return input => {
    const value = numberParser(input)
    if (!Number.isSafeInteger(value) || value < minimum) {
      throw new RangeError(`'${input}' is not a whole number from ${minimum} up`)
    }
    return value
  }
}

const EVENT_SIZE_DEFAULT = String(1024 * 1024)

/** Parses the command line and runs `action`; prints the usage and sets the exit code when that cannot be done. */
export async function runBench(
  args: readonly string[],
  action: (options: BenchOptions) => Promise<void>,
): Promise<void> {
  const command = buildCommand({
    func: (flags: Omit<BenchOptions, 'controller'> & { readonly controller?: string }) =>
      action({ ...flags, controller: flags.controller }),
    parameters: {
      flags: {
        mode: { kind: 'enum', values: MODES, brief: 'What is measured' },
        controller: {
          kind: 'parsed',
          parse: String,
          optional: true,
          brief: 'Controller URI, e.g. tcp://127.0.0.1:9090; without it an embedded server is started',
        },
        segments: {
          kind: 'parsed',
          parse: wholeNumber(1),
          default: '1',
          brief: 'Streams of one segment, side by side',
        },
        eventSize: {
          kind: 'parsed',
          parse: wholeNumber(1),
          default: EVENT_SIZE_DEFAULT,
          brief: 'Bytes of one write or read',
        },
        events: { kind: 'parsed', parse: wholeNumber(1), default: '512', brief: 'Writes or reads over all segments' },
        flushEvery: {
          kind: 'parsed',
          parse: wholeNumber(0),
          default: '0',
          brief: 'Flush after N writes; 0: at the end',
        },
        shared: { kind: 'boolean', default: false, brief: 'Append without condition, as the Java client does' },
        reference: {
          kind: 'boolean',
          default: false,
          brief: 'Run the Java client too and print the ratios (needs Java and Maven)',
        },
      },
    },
    docs: { brief: 'Measures the byte client and prints one JSON line' },
  })
  const application = buildApplication(command, { name: 'bench', scanner: { caseStyle: 'allow-kebab-for-camel' } })
  const parser: StricliProcess = { stdout: process.stdout, stderr: process.stderr, env: process.env }
  await run(application, args, { process: parser })
  // Negative codes are the parser's own, for a command line it could not read.
  if (typeof parser.exitCode === 'number' && parser.exitCode !== 0)
    process.exitCode = parser.exitCode < 0 ? 2 : parser.exitCode
}
