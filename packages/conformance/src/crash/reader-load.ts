import { setTimeout as sleep } from 'node:timers/promises'
import { type Checkpoint, ClientFactory, type EventReader, type ReaderGroup, ReaderPosition } from '@pravega-ts/client'
import { utf8Serializer } from '@pravega-ts/event-client'
import { PravegaError, ScopedSegment } from '@pravega-ts/model'
import { type CrashPart, type CrashScene, PATIENCE_MS, RETRY } from './crash-part.ts'
import { labelOf } from './labelled-event.ts'
import type { ReadingLedger } from './reading-ledger.ts'

const READERS = ['reader-1', 'reader-2'] as const
const REFRESH_MS = 200
const PAUSE_MS = 20
const ONE_DIES = 0.2
const ALL_DIE = 0.2
const CHECKPOINT = 0.5
/** A reader that was taken for dead, a group that was reset: nobody has done that here. */
const NEVER = ['READER_OFFLINE', 'READER_GROUP_RESET', 'READER_GROUP_NOT_FOUND', 'READER_GROUP_STALE'] as const

/** A reader with a loop that reads for as long as it lives. */
interface Reading {
  readonly factory: ClientFactory
  readonly over: AbortController
  readonly loop: Promise<void>
}

/**
 * A group with two readers. Sometimes one of them dies with the server, and goes on where its results end; sometimes all of them do, and
 * the group goes back to its last checkpoint.
 */
export class ReaderLoad implements CrashPart {
  readonly #scene: CrashScene
  readonly #ledger: ReadingLedger
  readonly #readings = new Map<string, Reading>()
  #clients: { readonly factory: ClientFactory; readonly group: ReaderGroup } | undefined
  #checkpoint: Checkpoint | undefined
  #checkpointing: Promise<void> = Promise.resolve()

  constructor(scene: CrashScene, ledger: ReadingLedger) {
    this.#scene = scene
    this.#ledger = ledger
  }

  /** The last position of the group that all its readers have agreed with. */
  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint
  }

  async begin(): Promise<void> {
    const group = await this.#open()
    for (const readerId of READERS) {
      if (!this.#readings.has(readerId)) await this.#startReader(readerId)
    }
    if (this.#scene.random() < CHECKPOINT) this.#checkpointing = this.#makeCheckpoint(group)
  }

  async crash(): Promise<void> {
    const fate = this.#scene.random()
    const dying = fate < ALL_DIE ? READERS : fate < ALL_DIE + ONE_DIES ? READERS.slice(0, 1) : []
    await Promise.all(dying.map(readerId => this.#stop(readerId)))
  }

  async settle(): Promise<void> {
    const dead = READERS.filter(readerId => !this.#readings.has(readerId))
    const group = await this.#open()
    const call = { timeoutMs: PATIENCE_MS }
    for (const readerId of dead) {
      await group.readerOffline(readerId, new ReaderPosition(this.#ledger.offsets), call)
    }
    await this.#checkpointing
    const checkpoint = this.#checkpoint
    if (dead.length === READERS.length && checkpoint !== undefined) {
      await group.resetToCheckpoint(checkpoint, call)
      for (const { stream, positions } of checkpoint.cuts.values()) {
        for (const [id, offset] of positions) {
          this.#ledger.goBack(String(new ScopedSegment(stream.scope, stream.stream, id)), offset)
        }
      }
    }
    for (const readerId of dead) await this.#startReader(readerId)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#readings.keys()].map(readerId => this.#stop(readerId)))
    await this.#clients?.factory.close({ force: true }).catch(() => {})
    await this.#checkpointing
  }

  async #makeCheckpoint(group: ReaderGroup): Promise<void> {
    try {
      this.#checkpoint = await group.initiateCheckpoint(undefined, { timeoutMs: PATIENCE_MS / 4 })
    } catch (error) {
      // Readers that are dead do not answer; and what is still under way must not be in the way of the next one.
      this.#scene.tell(`no checkpoint: ${error}`)
      await group.cancelOutstandingCheckpoints().catch(() => {})
    }
  }

  async #startReader(readerId: string): Promise<void> {
    const { controllerUri, scope } = this.#scene
    const factory = await ClientFactory.create({ controllerUri, retry: RETRY })
    const reader = await factory.createReader(`${scope}/readers`, {
      readerId,
      serializer: utf8Serializer,
      balanceUnitMs: 50,
      retry: RETRY,
    })
    const over = new AbortController()
    this.#readings.set(readerId, { factory, over, loop: this.#read(reader, over.signal) })
  }

  async #read(reader: EventReader<string>, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      try {
        const slice = await reader.acquireSegment({ timeoutMs: 1_000, signal: over })
        if (slice === undefined) continue
        const segment = String(slice.segment)
        for (const { offset, endOffset, value } of slice) {
          this.#ledger.give(reader.readerId, segment, { offset, endOffset, label: labelOf(value) })
        }
        reader.releaseSegment(slice)
      } catch (error) {
        if (over.aborted) return
        if (PravegaError.is(error, ...NEVER)) {
          this.#ledger.faults.push(`${reader.readerId} cannot go on: ${error}`)
          return
        }
        this.#scene.tell(`${reader.readerId} waits: ${error}`)
        await sleep(PAUSE_MS)
      }
    }
  }

  async #stop(readerId: string): Promise<void> {
    const reading = this.#readings.get(readerId)
    this.#readings.delete(readerId)
    reading?.over.abort()
    await reading?.factory.close({ force: true }).catch(() => {})
    await reading?.loop
  }

  async #open(): Promise<ReaderGroup> {
    if (this.#clients !== undefined) return this.#clients.group
    const { controllerUri, scope, stream } = this.#scene
    const factory = await ClientFactory.create({ controllerUri, retry: RETRY })
    const group = await factory.createReaderGroup(`${scope}/readers`, { streams: [stream], refreshTimeMs: REFRESH_MS })
    this.#clients = { factory, group }
    return group
  }
}
