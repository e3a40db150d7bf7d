import { setTimeout as delay } from 'node:timers/promises'
import type { EventReader, ReaderGroup } from '@pravega-ts/client'
import { jsonSerializer } from '@pravega-ts/client'
import { PravegaError } from '@pravega-ts/model'
import type { Ledger } from './ledger.ts'
import type { Piece } from './source.ts'

/** What one reader has done. */
export interface ReaderRecord {
  readonly id: string
  events: number
  readonly segments: Set<string>
  /** What happened to it besides reading. */
  note: string
}

/** Short enough that a group of this size is balanced within a second or two. */
const BALANCE_UNIT_MS = 100
const LOOK_EVERY_MS = 50

interface Member {
  readonly reader: EventReader<Piece>
  readonly stop: AbortController
  readonly done: Promise<void>
}

/** Readers of one group that write what they read into one ledger. */
export class Crowd implements AsyncDisposable {
  readonly records: ReaderRecord[] = []
  readonly #group: ReaderGroup
  readonly #ledger: Ledger
  readonly #members = new Map<string, Member>()
  /** Aborted with the reason when one of them fails. */
  readonly #failure = new AbortController()

  constructor(group: ReaderGroup, ledger: Ledger) {
    this.#group = group
    this.#ledger = ledger
  }

  async join(id: string, note: string): Promise<void> {
    const record: ReaderRecord = { id, events: 0, segments: new Set(), note }
    this.records.push(record)
    const reader = await this.#group.createReader<Piece>({
      readerId: id,
      serializer: jsonSerializer<Piece>(),
      balanceUnitMs: BALANCE_UNIT_MS,
    })
    const stop = new AbortController()
    const done = this.#read(reader, record, stop.signal).catch(error => this.#failure.abort(error))
    this.#members.set(id, { reader, stop, done })
  }

  /** Resolves when all of them together have read so many events; rejects when one of them fails. */
  async haveRead(events: number): Promise<void> {
    await this.#until(() => this.#ledger.count >= events)
  }

  /** Resolves when each of them owns a segment at least. */
  async haveSegments(): Promise<void> {
    await this.#until(() => [...this.#members.values()].every(({ reader }) => reader.segments.length > 0))
  }

  /** Its segments go to the others, from where it got. */
  async leave(id: string, note: string): Promise<void> {
    await this.#end(id)
    const record = this.records.find(one => one.id === id)
    if (record !== undefined) record.note = note
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of [...this.#members.keys()]) await this.#end(id)
  }

  async #end(id: string): Promise<void> {
    const member = this.#members.get(id)
    if (member === undefined) return
    this.#members.delete(id)
    // The loop ends where it asks for an event, so each that it was given is done. To close the reader first would bring the event in
    // hand to another reader once more.
    member.stop.abort()
    await member.done
    await member.reader.close()
  }

  async #read(reader: EventReader<Piece>, record: ReaderRecord, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of reader.events({ signal })) {
        this.#ledger.add(event.value)
        record.events += 1
        record.segments.add(event.segment.toString())
      }
    } catch (error) {
      if (!PravegaError.is(error, 'ABORTED')) throw error
    }
  }

  async #until(isSo: () => boolean): Promise<void> {
    for (;;) {
      this.#failure.signal.throwIfAborted()
      if (isSo()) return
      await delay(LOOK_EVERY_MS)
    }
  }
}
