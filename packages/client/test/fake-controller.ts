import type { Controller, SegmentWithRange } from '@pravega-ts/controller-client'
import { type KeyRange, ScopedSegment, ScopedStream } from '@pravega-ts/model'
import { type SegmentInfoSource, StreamManager } from '../src/index.ts'

export const stream = new ScopedStream('shop', 'orders')

export function segment(number: number, epoch: number, low: number, high: number): SegmentWithRange {
  return { segment: ScopedSegment.of(stream.scope, stream.stream, number, epoch), range: { low, high } }
}

export interface Recorded {
  readonly manager: StreamManager
  /** Method and arguments (without the options) of every call that reached the controller. */
  readonly calls: unknown[][]
}

type Answers = {
  [K in keyof Controller]?: Controller[K] extends (...args: infer A) => infer R ? (...args: A) => R : never
}

/** A manager on a controller that can do nothing but what the answers say, and remembers what it was asked. */
export function managerOn(answers: Answers, lengths: Readonly<Record<string, bigint>> = {}): Recorded {
  const calls: unknown[][] = []
  const controller = new Proxy({} as Controller, {
    get(_, method: keyof Controller) {
      return (...args: unknown[]) => {
        const answer = answers[method]
        if (answer === undefined) throw new Error(`${String(method)} is not expected`)
        calls.push([method, ...args.slice(0, -1)])
        return (answer as (...args: unknown[]) => unknown)(...args)
      }
    },
  })
  const store: SegmentInfoSource = {
    async getInfo(asked) {
      const writeOffset = lengths[asked.toString()] ?? 0n
      return { segment: asked, isSealed: false, startOffset: 0n, writeOffset, lastModified: new Date(0) }
    },
  }
  return { manager: new StreamManager(controller, store), calls }
}

export function rangesOf(segments: readonly SegmentWithRange[]): KeyRange[] {
  return segments.map(({ range }) => range)
}
