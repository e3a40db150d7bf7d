import { PravegaError } from '@pravega-ts/model'
import type { ModelWriter } from './model-writer.ts'

/** The contents of a segment, and those who append to it. */
export class ModelSegment {
  readonly name: string
  readonly appends: Buffer[] = []
  events = 0
  sealed = false
  deleted = false
  /** Whether appends are carried out at once. */
  readonly isHeld: () => boolean
  readonly writers = new Set<ModelWriter>()

  constructor(name: string, isHeld: () => boolean) {
    this.name = name
    this.isHeld = isHeld
  }

  get bytes(): Buffer {
    return Buffer.concat(this.appends)
  }

  get length(): number {
    return this.appends.reduce((sum, { length }) => sum + length, 0)
  }

  /** Payloads, as text. */
  get payloads(): readonly string[] {
    const { bytes } = this
    const payloads: string[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readInt32BE(at + 4)
      if (bytes.readInt32BE(at) !== 0 || length < 0) throw new Error(`no event at ${at} of ${this.name}`)
      payloads.push(bytes.toString('utf8', at + 8, at + 8 + length))
      at += 8 + length
    }
    return payloads
  }

  refusal(): PravegaError | undefined {
    if (this.deleted) return new PravegaError('NO_SUCH_SEGMENT', `${this.name} does not exist`)
    return this.sealed ? new PravegaError('SEGMENT_SEALED', `${this.name} is sealed`) : undefined
  }

  append(data: Buffer, events: number): void {
    this.appends.push(data)
    this.events += events
  }

  sent(writer: ModelWriter): void {
    this.writers.add(writer)
    if (!this.isHeld()) queueMicrotask(() => writer.step())
  }
}
