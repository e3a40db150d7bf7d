/** A part of memory, and the checksum of what stands in front of it. */
export interface SummedPart {
  readonly from: number
  readonly to: number
  readonly sum: number
}

/** Memory that is back, with a checksum for each of its parts. */
export interface Sums {
  readonly memory: ArrayBuffer
  readonly sums: readonly number[]
}

/** Makes the checksums of large frames elsewhere than on the thread that serves clients. */
export interface FrameSums {
  /** Whether memory of this size is taken now. To be asked of all memory that could be given away. */
  takes(bytes: number): boolean
  /**
   * Sums up parts of memory that nobody looks at until it is back: views on it have no bytes from now on. Only when it is taken.
   * @throws PravegaError `INTERNAL` when the memory is lost
   */
  sum(memory: ArrayBuffer, parts: readonly SummedPart[]): Promise<Sums>
  /** What is under way is lost. */
  close(): Promise<void>
}
