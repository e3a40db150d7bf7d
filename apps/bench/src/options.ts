import { buildApplication, buildCommand, numberParser, run, type StricliProcess } from '@stricli/core'
import { BATCH_FEEDS, BATCH_FORMATS, BATCH_TAKES, type BatchOptions } from './batch/batch-options.ts'

const BYTE_MODES = ['bytewrite', 'byteread', 'bytecopy'] as const
const EVENT_MODES = ['write', 'read', 'latency', 'txn'] as const
export type ByteMode = (typeof BYTE_MODES)[number]
export type EventMode = (typeof EVENT_MODES)[number]
type Mode = ByteMode | EventMode | 'calls' | 'tables' | 'batch' | 'durable' | 'server'

export function isByteMode(mode: Mode): mode is ByteMode {
  return BYTE_MODES.some(name => name === mode)
}

/** Bytes of one event, and how many, where the command line does not say. */
const DEFAULT_SIZES: Readonly<Record<Mode, Pick<BenchOptions, 'eventSize' | 'events'>>> = {
  bytewrite: { eventSize: 1_048_576, events: 512 },
  byteread: { eventSize: 1_048_576, events: 512 },
  bytecopy: { eventSize: 1_048_576, events: 512 },
  write: { eventSize: 100, events: 200_000 },
  read: { eventSize: 100, events: 200_000 },
  latency: { eventSize: 100, events: 2_000 },
  txn: { eventSize: 1_024, events: 200 },
  calls: { eventSize: 0, events: 10_000 },
  tables: { eventSize: 100, events: 5_000 },
  batch: { eventSize: 0, events: 0 },
  durable: { eventSize: 1_024, events: 200_000 },
  server: { eventSize: 65_536, events: 0 },
}

/** Transactions or calls at a time, where the command line does not say. */
const DEFAULT_IN_FLIGHT = [1, 16] as const
const TABLES_IN_FLIGHT = [1, 10, 100] as const
const DEFAULT_GIGABYTES = [1, 10] as const

/** One run, as asked for on the command line. */
export interface BenchOptions extends BatchOptions {
  readonly mode: Mode
  /** Undefined: an embedded server in a process of its own. */
  readonly controller: string | undefined
  /** Durable, server: where the embedded server keeps its data. Undefined: in a temporary directory. */
  readonly data: string | undefined
  /** Server: gigabytes of stored data, one measurement after the other. */
  readonly gigabytes: readonly number[]
  /** Server: how long nobody calls. */
  readonly idleSeconds: number
  /** Durable: writes a profile of the server's process to `data`. */
  readonly profile: boolean
  /** Byte modes: streams of one segment each, side by side. Event modes: segments of one stream. */
  readonly segments: number
  /** Bytes of one event, one write or one read buffer. */
  readonly eventSize: number
  /** Events, writes or buffers read, over all segments; transactions; calls. */
  readonly events: number
  /** Event modes: different routing keys, used in turns; 0: events without a key. */
  readonly keys: number
  /** Transactions, calls: how many at a time, one measurement after the other. */
  readonly inFlight: readonly number[]
  /** Event modes: how often each client has its turn. Calls: how often they are measured. */
  readonly rounds: number
  /** A flush after so many writes of a segment; 0: only at the end. 1 makes the latencies those of durable writes. */
  readonly flushEvery: number
  /** Appends without condition, as the Java client does, instead of being the only writer. */
  readonly shared: boolean
  /** Runs Pravega's Java client, in event modes its Rust client too, with the same numbers and prints the ratios. */
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

function positive(input: string): number {
  const value = numberParser(input)
  if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`'${input}' is not a number above 0`)
  return value
}

type Flags = Omit<BenchOptions, 'controller' | 'data' | 'gigabytes' | 'eventSize' | 'events' | 'inFlight'> &
  Partial<Pick<BenchOptions, 'eventSize' | 'events'>> & {
    readonly controller?: string
    readonly data?: string
    readonly gigabytes?: number
    readonly inFlight?: number
  }

const batchFlags = {
  tables: { kind: 'parsed', parse: wholeNumber(1), default: '1', brief: 'Batch: tables, in turns' },
  messages: { kind: 'parsed', parse: wholeNumber(1), default: '1000000', brief: 'Batch: messages' },
  rows: { kind: 'parsed', parse: wholeNumber(1), default: '1', brief: 'Batch: rows of each message' },
  idle: { kind: 'parsed', parse: wholeNumber(0), default: '0', brief: 'Batch: further tables with one open batch' },
  feed: { kind: 'enum', values: BATCH_FEEDS, default: 'send', brief: 'Batch: how messages come' },
  take: { kind: 'enum', values: BATCH_TAKES, default: 'messages', brief: 'Batch: how the handler takes them' },
  format: { kind: 'enum', values: BATCH_FORMATS, default: 'objects', brief: 'Batch: what rows are' },
  batchTimeout: { kind: 'parsed', parse: wholeNumber(0), default: '20000', brief: 'Batch: milliseconds of a batch' },
} as const

/** Parses the command line and runs `action`; prints the usage and sets the exit code when that cannot be done. */
export async function runBench(
  args: readonly string[],
  action: (options: BenchOptions) => Promise<void>,
): Promise<void> {
  const command = buildCommand({
    func: ({ controller, data, gigabytes, eventSize, events, inFlight, ...flags }: Flags) => {
      const sizes = DEFAULT_SIZES[flags.mode]
      return action({
        ...flags,
        controller,
        data,
        gigabytes: gigabytes === undefined ? DEFAULT_GIGABYTES : [gigabytes],
        eventSize: eventSize ?? sizes.eventSize,
        events: events ?? sizes.events,
        inFlight:
          inFlight === undefined ? (flags.mode === 'tables' ? TABLES_IN_FLIGHT : DEFAULT_IN_FLIGHT) : [inFlight],
      })
    },
    parameters: {
      flags: {
        mode: {
          kind: 'enum',
          values: [...BYTE_MODES, ...EVENT_MODES, 'calls', 'tables', 'durable', 'server', 'batch'],
          brief: 'What is measured',
        },
        controller: {
          kind: 'parsed',
          parse: String,
          optional: true,
          brief: 'Controller URI, e.g. tcp://127.0.0.1:9090; without it an embedded server is started',
        },
        data: {
          kind: 'parsed',
          parse: String,
          optional: true,
          brief: 'Durable, tables, server: directory for the data; without it a temporary one',
        },
        gigabytes: {
          kind: 'parsed',
          parse: positive,
          optional: true,
          brief: 'Server: gigabytes of stored data (1, then 10)',
        },
        idleSeconds: {
          kind: 'parsed',
          parse: wholeNumber(1),
          default: '10',
          brief: 'Server: seconds in which nobody calls',
        },
        profile: { kind: 'boolean', default: false, brief: 'Durable: a profile of the server, in --data' },
        segments: {
          kind: 'parsed',
          parse: wholeNumber(1),
          default: '1',
          brief: 'Segments written or read side by side',
        },
        eventSize: {
          kind: 'parsed',
          parse: wholeNumber(1),
          optional: true,
          brief: 'Bytes of one event (100; txn: 1024), write or read buffer (1 MiB)',
        },
        events: {
          kind: 'parsed',
          parse: wholeNumber(1),
          optional: true,
          brief:
            'Events (200000; latency: 2000), transactions (200), calls (10000), writes or reads (512) over all segments',
        },
        keys: {
          kind: 'parsed',
          parse: wholeNumber(0),
          default: '1000',
          brief: 'Different routing keys; 0: events without a key',
        },
        inFlight: {
          kind: 'parsed',
          parse: wholeNumber(1),
          optional: true,
          brief: 'Transactions or calls at a time (1, then 16)',
        },
        rounds: {
          kind: 'parsed',
          parse: wholeNumber(1),
          default: '3',
          brief: 'Turns of each client (event modes, calls)',
        },
        flushEvery: {
          kind: 'parsed',
          parse: wholeNumber(0),
          default: '0',
          brief: 'Flush after N writes; 0: at the end',
        },
        ...batchFlags,
        shared: { kind: 'boolean', default: false, brief: 'Append without condition, as the Java client does' },
        reference: {
          kind: 'boolean',
          default: false,
          brief: 'Run the Java client (and Rust, for events) too and print the ratios; needs Java and Maven, cargo',
        },
      },
    },
    docs: { brief: 'Measures the clients and prints JSON lines, for events also a table' },
  })
  const application = buildApplication(command, { name: 'bench', scanner: { caseStyle: 'allow-kebab-for-camel' } })
  const parser: StricliProcess = { stdout: process.stdout, stderr: process.stderr, env: process.env }
  await run(application, args, { process: parser })
  // Negative codes are the parser's own, for a command line it could not read.
  if (typeof parser.exitCode === 'number' && parser.exitCode !== 0)
    process.exitCode = parser.exitCode < 0 ? 2 : parser.exitCode
}
