import { Distribution } from './distribution.ts'

/** Command types are between -127 and 127; so far below zero the counters begin. */
const LOWEST_TYPE = -128
const TYPES = 256

/** What has been counted about one of the ports. */
export class PortMeasures {
  accepted = 0
  /** Turned away, or ended to make room. */
  refused = 0
}

/** How often each command was seen, by its type number. */
export class CommandCounts {
  readonly #counts = new Float64Array(TYPES)

  add(type: number): void {
    const index = type - LOWEST_TYPE
    this.#counts[index] = (this.#counts[index] as number) + 1
  }

  of(type: number): number {
    return this.#counts[type - LOWEST_TYPE] as number
  }
}

/** What has been counted about one method of the controller. */
export interface MethodMeasures {
  /** By the name of the gRPC status. */
  readonly statuses: Map<string, number>
  readonly seconds: Distribution
}

/** Who wants a stream scaled: a client, by a call, or the policy of the stream, by its rates. */
export type ScaleCause = 'client' | 'policy'

/** What has become of the scales of one cause. */
export class ScaleMeasures {
  /** More segments than before. */
  up = 0
  /** Fewer segments than before. */
  down = 0
  /** As many segments as before, with other ranges. */
  even = 0
  /** Never begun. */
  refused = 0
  /** Begun, and broken off. */
  failed = 0

  /**
   * @param sealed - Number of segments that were replaced.
   * @param created - Number of those that took their place.
   */
  carriedOut(sealed: number, created: number): void {
    if (created > sealed) this.up++
    else if (created < sealed) this.down++
    else this.even++
  }
}

/** A group of changes that has become durable together. */
export interface CommittedGroup {
  readonly seconds: number
  /** Bytes that went to data files. */
  readonly bytes: number
}

/**
 * What a server has counted since it was started. Plain numbers in one place: counting is an addition, and whoever wants to know looks
 * when they want to. Survives restarts of the server.
 */
export class Measures {
  readonly segmentStorePort: PortMeasures = new PortMeasures()
  readonly controllerPort: PortMeasures = new PortMeasures()
  readonly requests: CommandCounts = new CommandCounts()
  readonly replies: CommandCounts = new CommandCounts()
  receivedBytes = 0
  sentBytes = 0
  appends = 0
  appendedEvents = 0
  appendedBytes = 0
  readonly commits: Distribution = new Distribution()
  committedBytes = 0
  readonly methods: Map<string, MethodMeasures> = new Map()
  refusedLogins = 0
  readonly scales: Readonly<Record<ScaleCause, ScaleMeasures>> = {
    client: new ScaleMeasures(),
    policy: new ScaleMeasures(),
  }

  appended(events: number, bytes: number): void {
    this.appends++
    this.appendedEvents += events
    this.appendedBytes += bytes
  }

  committed({ seconds, bytes }: CommittedGroup): void {
    this.commits.observe(seconds)
    this.committedBytes += bytes
  }

  /** A call of the controller was answered with a gRPC status. */
  called(method: string, status: string, seconds: number): void {
    let measures = this.methods.get(method)
    if (measures === undefined) {
      measures = { statuses: new Map(), seconds: new Distribution() }
      this.methods.set(method, measures)
    }
    measures.statuses.set(status, (measures.statuses.get(status) ?? 0) + 1)
    measures.seconds.observe(seconds)
    if (status === 'UNAUTHENTICATED') this.refusedLogins++
  }
}
