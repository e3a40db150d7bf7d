import { type Deadline, PravegaError } from '@pravega-ts/model'
import { Admission } from './admission.ts'
import type { BlockAssembler } from './block-assembler.ts'

/** Data that the caller leaves to us is taken by reference from this size on; below, copying is cheaper than another piece. */
const SHARE_FROM_BYTES = 16 * 1024

export interface IntakeOptions {
  readonly assembler: BlockAssembler
  /** Bytes that may be pending. */
  readonly maxPendingBytes: number
  readonly conditional: boolean
  /** The open block is full. Must close it. */
  readonly onFull: () => void
  /** Something was taken on. */
  readonly onTaken: () => void
}

/** Takes data on for as long as there is room, and lets the rest wait in line. */
export class Intake {
  readonly #options: IntakeOptions
  readonly #line = new Admission()
  #pendingBytes = 0

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Bytes that were taken on and have no outcome. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Whether `length` bytes that must stay together can be taken on right now. */
  hasRoom(length: number): boolean {
    return this.#line.empty && this.#fits(length)
  }

  /** Takes as much as there is room for. Returns how much that was. */
  take(data: Uint8Array, owned: boolean): number {
    return this.#line.empty ? this.#take(data, 0, owned) : 0
  }

  /** Takes the rest of some data when there is room. An error says in `details.accepted` how far that went. */
  async takeLater(data: Uint8Array, from: number, owned: boolean, deadline: Deadline): Promise<void> {
    let at = from
    const admit = (): boolean => {
      at = this.#take(data, at, owned)
      return at === data.length
    }
    try {
      await this.#line.wait(admit, deadline)
    } catch (caught) {
      const error = PravegaError.from(caught)
      throw new PravegaError(error.code, error.message, { cause: error, details: { ...error.details, accepted: at } })
    }
  }

  /** Waits for room for `length` bytes that must stay together. */
  async room(length: number, deadline: Deadline): Promise<void> {
    if (!this.hasRoom(length)) await this.#line.wait(() => this.#fits(length), deadline)
  }

  /** Waits until all who wait now have been served. */
  async served(deadline: Deadline): Promise<void> {
    if (!this.#line.empty) await this.#line.wait(() => true, deadline)
  }

  /** Counts bytes that were put into the assembler by other ways. */
  add(bytes: number): void {
    this.#pendingBytes += bytes
  }

  /** Bytes have an outcome. */
  release(bytes: number): void {
    this.#pendingBytes -= bytes
  }

  /** Those who wait are served as far as there is room. */
  proceed(): void {
    this.#line.proceed()
  }

  /** Those who wait are turned away. */
  refuseAll(error: PravegaError): void {
    this.#line.rejectAll(error)
  }

  #fits(length: number): boolean {
    return this.#pendingBytes === 0 || this.#pendingBytes + length <= this.#options.maxPendingBytes
  }

  #take(data: Uint8Array, from: number, owned: boolean): number {
    const { assembler, maxPendingBytes, conditional, onFull, onTaken } = this.#options
    const share = owned && data.length >= SHARE_FROM_BYTES
    let at = from
    while (at < data.length && this.#pendingBytes < maxPendingBytes) {
      const end = Math.min(data.length, at + maxPendingBytes - this.#pendingBytes)
      const length = share ? assembler.attach(data, at, end, conditional) : assembler.copy(data, at, end, conditional)
      at += length
      this.#pendingBytes += length
      if (assembler.full) onFull()
    }
    if (at > from) onTaken()
    return at
  }
}
