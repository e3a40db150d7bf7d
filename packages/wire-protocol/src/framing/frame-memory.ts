/** Memory of received frames in which nothing else lies. */
const exclusive = new WeakSet<ArrayBufferLike>()

/** Says that this memory holds one frame only. */
export function markExclusive(memory: Uint8Array): void {
  exclusive.add(memory.buffer)
}

/**
 * Gives the memory that received data lies in back to the system at once, if nothing but this data is in it; otherwise does
 * nothing. A reader that has copied what it needs spares the garbage collector a run every few dozen megabytes.
 *
 * Nobody may look at the data, or at any view on it, afterwards: it has no bytes any more.
 *
 * @param data - Byte data of a decoded command, or a part of it.
 */
export function freeFrameMemory(data: Uint8Array): void {
  const { buffer } = data
  if (exclusive.delete(buffer) && buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/**
 * Makes the memory that received data lies in the caller's, if nothing but this data is in it: who wants to keep the data need not copy
 * them. From then on {@link freeFrameMemory} leaves it alone.
 *
 * @param data - Byte data of a decoded command, or a part of it.
 * @returns False if other frames lie in that memory, or somebody has taken it before: the data have to be copied then.
 */
export function takeFrameMemory(data: Uint8Array): boolean {
  return exclusive.delete(data.buffer)
}
