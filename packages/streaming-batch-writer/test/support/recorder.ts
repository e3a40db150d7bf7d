import type { BatchReport, BatchStream, Kind, StreamingBatchClient, WriteMessage } from '../../src/index.ts'

export interface Row {
  readonly id: number
  /** Bytes that the row is worth. */
  readonly size?: number
}

export type Rows = readonly Row[]
export type Message = WriteMessage<Rows>
export type Batch = BatchStream<Message>

/** One handler call as it went. */
export interface Call {
  readonly kind: Kind
  readonly table: string | undefined
  readonly number: number
  readonly batch: Batch
  readonly messages: Message[]
  state: 'running' | 'returned' | 'threw'
  /** Set when iteration has thrown. */
  broken?: unknown
}

export type Handler = (batch: Batch, call: Call) => Promise<void>

/** Takes everything there is. */
export async function readAll(batch: Batch, call: Call): Promise<void> {
  for await (const message of batch) call.messages.push(message)
}

/** A client that remembers what it was called with. */
export class Recorder implements StreamingBatchClient<Rows> {
  readonly calls: Call[] = []
  readonly reports: BatchReport[] = []
  readonly #handler: Handler
  /** Most handlers that ever ran at the same time. */
  mostRunning = 0

  constructor(handler: Handler = readAll) {
    this.#handler = handler
  }

  readonly onBatch = (report: BatchReport): void => {
    this.reports.push(report)
  }

  readonly migrateTable = (batch: Batch): Promise<void> => this.#call(batch)
  readonly writeTable = (batch: Batch): Promise<void> => this.#call(batch)
  readonly deleteStale = (batch: Batch): Promise<void> => this.#call(batch)
  readonly deleteRecords = (batch: Batch): Promise<void> => this.#call(batch)

  get running(): Call[] {
    return this.calls.filter(({ state }) => state === 'running')
  }

  /** Ids of the rows of each call, of a table where one is named. */
  ids(table?: string): number[][] {
    return this.calls.filter(call => table === undefined || call.table === table).map(idsOf)
  }

  async #call(batch: Batch): Promise<void> {
    const { kind, table, number } = batch
    const call: Call = { kind, table, number, batch, messages: [], state: 'running' }
    this.calls.push(call)
    this.mostRunning = Math.max(this.mostRunning, this.running.length)
    try {
      await this.#handler(batch, call)
      call.state = 'returned'
    } catch (error) {
      call.state = 'threw'
      throw error
    }
  }
}

export function idsOf({ messages }: Pick<Call, 'messages'>): number[] {
  return messages.flatMap(message => (message.kind === 'insert' ? message.rows.map(({ id }) => id) : []))
}

/** A promise with its switches outside. */
export class Gate {
  readonly passed: Promise<void>
  open: () => void = () => {}

  constructor() {
    this.passed = new Promise(resolve => {
      this.open = resolve
    })
  }
}
