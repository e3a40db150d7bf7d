import type { SegmentEngine } from '../../src/segment-store/segment-engine.ts'

/** A segment store whose changes can be held back. */
export class GatedEngine implements SegmentEngine {
  readonly #engine: SegmentEngine
  #gate: Promise<void> = Promise.resolve()

  constructor(engine: SegmentEngine) {
    this.#engine = engine
  }

  /** Holds all changes from now on, until the returned function is called. */
  hold(): () => void {
    let release = (): void => {}
    this.#gate = new Promise(resolve => {
      release = resolve
    })
    return release
  }

  createSegment: SegmentEngine['createSegment'] = async (...change) => {
    await this.#gate
    return this.#engine.createSegment(...change)
  }

  createTableSegment: SegmentEngine['createTableSegment'] = async (...change) => {
    await this.#gate
    return this.#engine.createTableSegment(...change)
  }

  sealSegment: SegmentEngine['sealSegment'] = async name => {
    await this.#gate
    return this.#engine.sealSegment(name)
  }

  truncateSegment: SegmentEngine['truncateSegment'] = async (...change) => {
    await this.#gate
    return this.#engine.truncateSegment(...change)
  }

  deleteSegment: SegmentEngine['deleteSegment'] = async name => {
    await this.#gate
    return this.#engine.deleteSegment(name)
  }

  mergeSegments: SegmentEngine['mergeSegments'] = async (...change) => {
    await this.#gate
    return this.#engine.mergeSegments(...change)
  }

  updatePolicy: SegmentEngine['updatePolicy'] = async (...change) => {
    await this.#gate
    return this.#engine.updatePolicy(...change)
  }

  append: SegmentEngine['append'] = async (...change) => {
    await this.#gate
    return this.#engine.append(...change)
  }

  getInfo: SegmentEngine['getInfo'] = name => this.#engine.getInfo(name)

  getRates: SegmentEngine['getRates'] = name => this.#engine.getRates(name)

  onTraffic: SegmentEngine['onTraffic'] = listener => this.#engine.onTraffic(listener)
}
