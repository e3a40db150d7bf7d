import { setTimeout as sleep } from 'node:timers/promises'
import { type ClientFactory, type ScopedStream, utf8Serializer } from '@pravega-ts/client'
import { openSegmentEvents } from '@pravega-ts/event-client'
import { PravegaError, type ScopedSegment } from '@pravega-ts/model'
import {
  openTransactionalEventWriter,
  type TransactionalEventWriter,
  type TransactionalEventWriterOptions,
} from '@pravega-ts/transactions'
import { Scene } from '../../src/scene.ts'

/** The shortest lease that servers take. */
export const LEASE_MS = 10_000

type Clients = Pick<ClientFactory, 'segmentStore' | 'controller'>

/** A scope of its own on a server, and short ways to what cases of transactions need. Closes what was made through it. */
export class TransactionScene extends Scene {
  /** A writer of text. */
  async writer(
    stream: ScopedStream,
    {
      clients = this.factory,
      ...options
    }: Omit<TransactionalEventWriterOptions<string>, 'serializer'> & {
      readonly clients?: Clients
    } = {},
  ): Promise<TransactionalEventWriter<string>> {
    const all = { leaseMs: LEASE_MS, ...options, serializer: utf8Serializer }
    return this.use(await openTransactionalEventWriter(clients.segmentStore, stream, all))
  }

  /** What stands in each segment that is written to now, up to its end. */
  async contents(stream: ScopedStream): Promise<readonly (readonly string[])[]> {
    const { segments } = await this.factory.controller.getCurrentSegments(stream)
    return await Promise.all(segments.map(({ segment }) => this.read(segment)))
  }

  async read(segment: ScopedSegment): Promise<readonly string[]> {
    const { writeOffset } = await this.factory.segmentStore.getInfo(segment)
    const options = { endOffset: writeOffset, serializer: utf8Serializer }
    await using events = openSegmentEvents(this.factory.segmentStore, segment, options)
    const texts: string[] = []
    for (let batch = await events.next(); batch.kind === 'slice'; batch = await events.next()) {
      for (const { value } of batch.slice) texts.push(value)
    }
    return texts
  }
}

/** Asks until the answer is the one that is wanted, or half a minute is over. Gives the last answer. */
export async function eventually<R extends string>(ask: () => Promise<R>, wanted: R): Promise<R> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask()
    if (answer === wanted || attempt === 60) return answer
    await sleep(500)
  }
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<PravegaError> {
  try {
    await call
  } catch (error) {
    if (PravegaError.is(error)) return error
    throw error
  }
  throw new Error('it has not failed')
}
