import type { Controller } from '@pravega-ts/controller-client'
import type { CallOptions, Deadline, Endpoint, ScopedSegment } from '@pravega-ts/model'

/** Most places that are remembered; the one that was asked for longest ago is forgotten first. */
const MAX_PLACES = 10_000

/**
 * Which segment store serves which segment. Asks the controller once for each segment, and again after {@link forget}, which
 * is due when the store cannot be reached or says that it does not own the segment.
 */
export class SegmentLocator {
  readonly #controller: Pick<Controller, 'getEndpoint'>
  readonly #places = new Map<string, Endpoint>()
  readonly #asking = new Map<string, Promise<Endpoint>>()
  readonly #timeoutMs: number

  /** @param timeoutMs - How long the controller may take; callers may give up waiting earlier. */
  constructor(controller: Pick<Controller, 'getEndpoint'>, timeoutMs: number) {
    this.#controller = controller
    this.#timeoutMs = timeoutMs
  }

  async locate(segment: ScopedSegment, deadline: Deadline): Promise<Endpoint> {
    const name = segment.toString()
    const known = this.#places.get(name)
    if (known !== undefined) return known
    let asking = this.#asking.get(name)
    if (asking === undefined) {
      // Not ended by the deadline of the first who asks: others may be waiting for the same answer.
      asking = this.#ask(segment, name, { timeoutMs: this.#timeoutMs })
      this.#asking.set(name, asking)
    }
    return deadline.race(asking)
  }

  /** The place is wrong or cannot be reached. A place that was learned since then is kept. */
  forget(segment: ScopedSegment, endpoint: Endpoint): void {
    const name = segment.toString()
    const known = this.#places.get(name)
    if (known?.host === endpoint.host && known.port === endpoint.port) this.#places.delete(name)
  }

  async #ask(segment: ScopedSegment, name: string, call: CallOptions): Promise<Endpoint> {
    try {
      const endpoint = await this.#controller.getEndpoint(segment, call)
      const oldest = this.#places.size < MAX_PLACES ? undefined : this.#places.keys().next().value
      if (oldest !== undefined) this.#places.delete(oldest)
      this.#places.set(name, endpoint)
      return endpoint
    } finally {
      this.#asking.delete(name)
    }
  }
}
