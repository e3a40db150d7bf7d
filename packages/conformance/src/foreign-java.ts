import { afterAll, describe, it } from 'vitest'
import { buildForeignJava, missingJavaTool } from './foreign-build.ts'
import { ForeignProcess } from './foreign-process.ts'

/** Small and quick to start: it shares the machine with the servers and the tests. */
const JVM_OPTIONS = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** A group's settings, named as Java's builder does. */
export interface ForeignGroupConfig {
  /** `scope/stream` names. */
  readonly streams: readonly string[]
  /** Cut texts by stream. */
  readonly startCuts?: Readonly<Record<string, string>>
  readonly endCuts?: Readonly<Record<string, string>>
  readonly groupRefreshTimeMillis?: number
  /** Below zero: off. */
  readonly automaticCheckpointIntervalMillis?: number
  readonly retentionType?: 'NONE' | 'MANUAL_RELEASE_AT_USER_STREAMCUT' | 'AUTOMATIC_RELEASE_AT_LAST_CHECKPOINT'
}

/** What a Java reader tells. Positions and pointers are the Base64 of Java's own bytes. */
export type ForeignRead =
  | {
      readonly type: 'event'
      readonly event: string
      readonly pointer: string
      readonly pointerText: string
      readonly position: string
    }
  | { readonly type: 'checkpoint'; readonly checkpoint: string }
  | { readonly type: 'truncated'; readonly message: string }
  | { readonly type: 'completed' | 'closed' }
  | { readonly type: 'failed'; readonly error: string; readonly message: string }

/** An event to be written by Java. */
export interface ForeignEvent {
  readonly key?: string
  readonly event: string
  /** The text is written so many times over, as one event. */
  readonly repeat?: number
}

/** Declares tests that need Pravega's own Java client; without Java or Maven one skipped test says so by name. */
export function describeForeign(name: string, declare: () => void): void {
  const missing = missingJavaTool()
  if (missing === undefined) describe(name, declare)
  else it.skip(`${name}: PRAVEGA'S JAVA CLIENT DID NOT RUN: ${missing} is not on the PATH`)
}

/** An ordinary Java reader in a process of its own or shared with others; it reads until it is closed. */
export class ForeignReader {
  readonly id: string
  readonly #process: ForeignProcess
  readonly #heard: (read: ForeignRead) => void

  constructor(process: ForeignProcess, id: string, heard: (read: ForeignRead) => void) {
    this.#process = process
    this.id = id
    this.#heard = heard
  }

  hear(read: ForeignRead): void {
    this.#heard(read)
  }

  async pause(): Promise<void> {
    await this.#process.request('pauseReader', { reader: this.id })
  }

  async resume(): Promise<void> {
    await this.#process.request('resumeReader', { reader: this.id })
  }

  /** @param position - As told with an event; what was read behind it goes to others. */
  async close(position?: string): Promise<void> {
    await this.#process.request('closeReader', { reader: this.id, position })
  }
}

/** A server, and how the client comes to it if that asks for more than its address. */
export interface JavaTarget {
  readonly controllerUri: string
  readonly user?: string
  readonly password?: string
  /** Path of a PEM file. */
  readonly trustStore?: string
}

/** Pravega's own Java client in a process of its own, which starts with the first request. Names are `scope/group` and `scope/stream`. */
export class ForeignJava implements AsyncDisposable {
  readonly #target: () => JavaTarget
  readonly #readers: Map<string, ForeignReader> = new Map()
  #started: Promise<ForeignProcess> | undefined

  /** @param target - Asked for with the first request. */
  constructor(target: () => JavaTarget) {
    this.#target = target
  }

  /** One process for all tests of a block: a second one would cost each of them a second. */
  static of(target: () => JavaTarget): ForeignJava {
    const java = new ForeignJava(target)
    afterAll(() => java.close())
    return java
  }

  /** A command of the Java program by its name, see `foreign/java`. Fails with a `ForeignError` that has Java's exception. */
  async request<R>(command: string, content: Readonly<Record<string, unknown>> = {}): Promise<R> {
    return (await (await this.#process()).request(command, content)) as R
  }

  createGroup(group: string, config: ForeignGroupConfig): Promise<boolean> {
    return this.request('createGroup', { group, ...config })
  }

  deleteGroup(group: string): Promise<boolean> {
    return this.request('deleteGroup', { group })
  }

  /** Waits until all readers have passed it. Resolves to its cuts by stream. */
  checkpoint(group: string, checkpoint: string): Promise<Readonly<Record<string, string>>> {
    return this.request('checkpoint', { group, checkpoint })
  }

  streamCuts(group: string): Promise<Readonly<Record<string, string>>> {
    return this.request('streamCuts', { group })
  }

  /** Cuts of where the readers are now. */
  generateStreamCuts(group: string): Promise<Readonly<Record<string, string>>> {
    return this.request('generateStreamCuts', { group })
  }

  onlineReaders(group: string): Promise<readonly string[]> {
    return this.request('onlineReaders', { group })
  }

  /** The empty name stands for segments that nobody has. */
  segmentsPerReader(group: string): Promise<Readonly<Record<string, number>>> {
    return this.request('segmentsPerReader', { group })
  }

  async unreadBytes(group: string): Promise<bigint> {
    return BigInt(await this.request<string>('unreadBytes', { group }))
  }

  readerOffline(group: string, reader: string, position?: string): Promise<boolean> {
    return this.request('readerOffline', { group, reader, position })
  }

  resetGroup(group: string, config: ForeignGroupConfig): Promise<boolean> {
    return this.request('resetGroup', { group, ...config })
  }

  /** Back to the last checkpoint. */
  resetToCheckpoint(group: string): Promise<boolean> {
    return this.request('resetToCheckpoint', { group })
  }

  /**
   * All of them are acknowledged when it resolves.
   *
   * @param writer - A name: the writer of that name, which stays open. Without: one that is closed again.
   */
  write(stream: string, events: readonly ForeignEvent[], writer?: string): Promise<number> {
    return this.request('write', { stream, events, writer })
  }

  /** Writes `<key>:<n>`, n counting from 0 within each of the keys `<prefix>0`, `<prefix>1`, ... */
  writeKeyed(stream: string, options: { prefix: string; count: number; keys: number }): Promise<number> {
    return this.request('writeKeyed', { stream, ...options })
  }

  /** @param pointer - Base64 of Java's bytes of an event pointer */
  fetchEvent(pointer: string): Promise<string> {
    return this.request('fetchEvent', { pointer })
  }

  /** @param heard - Gets everything that the reader reads, as it comes. */
  async openReader(group: string, id: string, heard: (read: ForeignRead) => void): Promise<ForeignReader> {
    const reader = new ForeignReader(await this.#process(), id, heard)
    this.#readers.set(id, reader)
    await this.request('openReader', { group, reader: id })
    return reader
  }

  /** Ends it without goodbye, as a crash does: its readers stay in their groups. */
  async kill(): Promise<void> {
    const started = this.#started
    this.#started = undefined
    await (await started)?.kill()
  }

  async close(): Promise<void> {
    const started = this.#started
    this.#started = undefined
    await (await started)?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #process(): Promise<ForeignProcess> {
    this.#started ??= this.#start()
    return this.#started
  }

  async #start(): Promise<ForeignProcess> {
    const program = ['-cp', await buildForeignJava(), 'Foreign']
    const { controllerUri, user, password, trustStore } = this.#target()
    const args = [...JVM_OPTIONS, ...program, controllerUri, JSON.stringify({ user, password, trustStore })]
    return new ForeignProcess('java', args, ({ reader, ...read }) => {
      this.#readers.get(String(reader))?.hear(read as ForeignRead)
    })
  }
}
