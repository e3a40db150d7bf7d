/**
 * The reads of a connection that wait for their reply. They are needed because servers (observed on Pravega 0.13) put
 * the offset of a read where its request id should be when they refuse its token.
 */
export class PendingReads<Owner> {
  readonly #reads = new Map<bigint, { readonly offset: bigint; readonly owner: Owner }>()

  add(requestId: bigint, offset: bigint, owner: Owner): void {
    this.#reads.set(requestId, { offset, owner })
  }

  has(requestId: bigint): boolean {
    return this.#reads.has(requestId)
  }

  delete(requestId: bigint): void {
    this.#reads.delete(requestId)
  }

  forget(owner: Owner): void {
    for (const [requestId, read] of this.#reads) if (read.owner === owner) this.#reads.delete(requestId)
  }

  /**
   * Takes out all reads at an offset. There may be several, of different segments: the reply does not tell them apart,
   * and a read that is refused without need is only repeated, while one that is not told would wait forever.
   */
  takeAt(offset: bigint): readonly { readonly requestId: bigint; readonly owner: Owner }[] {
    const found: { readonly requestId: bigint; readonly owner: Owner }[] = []
    for (const [requestId, read] of this.#reads) {
      if (read.offset !== offset) continue
      this.#reads.delete(requestId)
      found.push({ requestId, owner: read.owner })
    }
    return found
  }
}
