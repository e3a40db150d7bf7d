import { type Deadline, PravegaError } from '@pravega-ts/model'
import { errorFromReply, isFailureReply, type Reply } from '@pravega-ts/wire-protocol'
import { ownerOf, type SegmentReference, segmentName } from '../segment-name.ts'
import { learnFrom, openRoute, type Route, type StoreContext } from '../store-context.ts'
import type { Block } from './append-block.ts'
import type { AppendFrames } from './append-frame.ts'
import type { PipelineEvent } from './append-pipeline.ts'

/** Who the session reports to. */
export type SessionListener = (session: AppendSession, event: PipelineEvent<Block>) => void

/**
 * One connection on which one writer is set up: sends blocks, and tells what the replies mean.
 * After it has reported `lost` or `fail` it reports nothing more.
 */
export class AppendSession {
  readonly #context: StoreContext
  readonly #segment: SegmentReference
  readonly #frames: AppendFrames
  readonly #listener: SessionListener
  #route: Route | undefined
  /** One id for all appends of the session: it says which session a reply is for. */
  #requestId = -1n
  #over = false
  /** What the segment store had stored of this writer at the setup. */
  lastEventNumber = -1n
  /** Length of the segment at the last acknowledgement. */
  segmentLength: bigint | undefined
  /** How the session ended, if it was not discarded. */
  failure: PipelineEvent<Block> | undefined

  private constructor(
    context: StoreContext,
    segment: SegmentReference,
    frames: AppendFrames,
    listener: SessionListener,
  ) {
    this.#context = context
    this.#segment = segment
    this.#frames = frames
    this.#listener = listener
  }

  /** @throws PravegaError what the setup was answered with */
  static async open(
    context: StoreContext,
    segment: SegmentReference,
    writerId: string,
    frames: AppendFrames,
    listener: SessionListener,
    deadline: Deadline,
  ): Promise<AppendSession> {
    const session = new AppendSession(context, segment, frames, listener)
    try {
      await session.#setUp(writerId, deadline)
    } catch (error) {
      session.discard()
      throw error
    }
    return session
  }

  /** Sends a block. The memory of its frame is in use until the block is acknowledged or the session is over. */
  send(block: Block): void {
    if (this.#over || this.#route === undefined) return
    try {
      this.#route.flow.write(this.#frames.finish(block, this.#requestId))
    } catch (error) {
      this.#report({ type: 'lost', cause: PravegaError.from(error, 'CONNECTION_LOST') })
    }
  }

  /**
   * Ends the session; nothing is reported any more.
   *
   * @param isClean - Nothing is in flight: the connection may serve others. Default: it is closed at once.
   */
  discard(isClean = false): void {
    this.#over = true
    const flow = this.#route?.flow
    this.#route = undefined
    if (flow === undefined) return
    flow.close()
    if (!isClean) flow.connection.close({ force: true }).catch(() => {})
  }

  async #setUp(writerId: string, deadline: Deadline): Promise<void> {
    const context = this.#context
    const segment = segmentName(this.#segment)
    const owner = ownerOf(this.#segment)
    const handler = {
      onReply: (reply: Reply): void => this.#onReply(reply),
      onClose: (cause: PravegaError): void => this.#report({ type: 'lost', cause }),
    }
    const route = await openRoute(context, this.#segment, 'readWrite', handler, true, deadline)
    this.#route = route
    let reply: Reply
    try {
      reply = await route.flow.request(
        requestId => ({ command: 'SetupAppend', requestId, writerId, segment, delegationToken: route.token }),
        deadline.rest(),
      )
    } catch (caught) {
      const error = PravegaError.from(caught)
      learnFrom(error, context, owner, 'readWrite', route)
      // Some servers answer an expired token by closing the connection.
      if (route.token !== '') context.tokens.forget(owner, 'readWrite', route.token)
      throw error
    }
    if (reply.command !== 'AppendSetup') throw this.#errorFrom(reply)
    this.#requestId = route.flow.nextRequestId()
    this.lastEventNumber = reply.lastEventNumber
  }

  #onReply(reply: Reply): void {
    switch (reply.command) {
      case 'DataAppended': {
        const { eventNumber, previousEventNumber, currentSegmentWriteOffset } = reply
        if (currentSegmentWriteOffset >= 0n) this.segmentLength = currentSegmentWriteOffset
        this.#report({ type: 'appended', eventNumber, previousEventNumber })
        break
      }
      case 'ConditionalCheckFailed':
        this.#report({ type: 'conditionFailed', eventNumber: reply.eventNumber })
        break
      default: {
        const cause = this.#errorFrom(reply)
        this.#report({ type: isWorthAnotherSession(cause) ? 'lost' : 'fail', cause })
      }
    }
  }

  #errorFrom(reply: Reply): PravegaError {
    const segment = segmentName(this.#segment)
    if (!isFailureReply(reply)) {
      return new PravegaError('PROTOCOL_VIOLATION', `An append to segment ${segment} was answered by ${reply.command}`)
    }
    const error = errorFromReply(reply, { operation: `appending to segment ${segment}`, segment })
    if (this.#route !== undefined) {
      learnFrom(error, this.#context, ownerOf(this.#segment), 'readWrite', this.#route)
    }
    return error
  }

  #report(event: PipelineEvent<Block>): void {
    if (this.#over) return
    if (event.type === 'lost' || event.type === 'fail') {
      this.#over = true
      this.failure = event
      if (this.#route !== undefined) {
        learnFrom(event.cause, this.#context, ownerOf(this.#segment), 'readWrite', this.#route)
      }
    }
    this.#listener(this, event)
    if (this.#over) this.discard()
  }
}

/** Whether a new connection, set up anew, may do what this one could not. */
export function isWorthAnotherSession(error: PravegaError): boolean {
  return error.retriable || PravegaError.is(error, 'INVALID_EVENT_NUMBER', 'PROTOCOL_VIOLATION', 'DEADLINE_EXCEEDED')
}
