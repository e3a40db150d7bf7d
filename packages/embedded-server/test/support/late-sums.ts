import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { FrameSums, SummedPart, Sums } from '../../src/storage/disk/frames/frame-sums.ts'

/** Takes the memory of every large frame away for some turns, as a thread would, but always for as many. */
export class LateSums implements FrameSums {
  taken = 0
  readonly #turns: number

  constructor(turns: number) {
    this.#turns = turns
  }

  takes(): boolean {
    return true
  }

  async sum(memory: ArrayBuffer, parts: readonly SummedPart[]): Promise<Sums> {
    this.taken++
    const away = structuredClone(memory, { transfer: [memory] })
    for (let turn = 0; turn < this.#turns; turn++) await setImmediate()
    const bytes = new Uint8Array(away)
    return { memory: away, sums: parts.map(({ from, to, sum }) => crc32(bytes.subarray(from, to), sum)) }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
