import { type Deadline, PravegaError } from '@pravega-ts/model'
import { errorFromReply, isFailureReply, type Reply, type SegmentRead } from '@pravega-ts/wire-protocol'
import { type SegmentInfo, segmentInfoFrom } from '../segment-info.ts'
import { ownerOf, type SegmentReference, segmentName } from '../segment-name.ts'
import { learnFrom, openRoute, type Route, type StoreContext } from '../store-context.ts'
import type { SpanRead } from './read-ahead.ts'

/** Who a {@link ReadSession} reports to. */
export interface ReadSessionOwner {
  onData(id: number, reply: SegmentRead): void
  onSealed(id: number): void
  onTruncated(id: number, startOffset: bigint): void
  onInfo(info: SegmentInfo): void
  /** The session is over; nothing is reported after it. */
  onLost(cause: PravegaError): void
}

/** One conversation with the segment store of a reader's segment. */
export class ReadSession {
  readonly #context: StoreContext
  readonly #segment: SegmentReference
  readonly #name: string
  readonly #dedicated: boolean
  readonly #owner: ReadSessionOwner
  readonly #reads = new Map<bigint, SpanRead>()
  #route: Route | undefined
  #infoId: bigint | undefined
  #over = false
  /** How the session ended, if it was not discarded. */
  failure: PravegaError | undefined

  private constructor(context: StoreContext, segment: SegmentReference, dedicated: boolean, owner: ReadSessionOwner) {
    this.#context = context
    this.#segment = segment
    this.#name = segmentName(segment)
    this.#dedicated = dedicated
    this.#owner = owner
  }

  static async open(
    context: StoreContext,
    segment: SegmentReference,
    dedicated: boolean,
    owner: ReadSessionOwner,
    deadline: Deadline,
  ): Promise<ReadSession> {
    const session = new ReadSession(context, segment, dedicated, owner)
    const handler = {
      onReply: (reply: Reply): void => session.#onReply(reply),
      onClose: (cause: PravegaError): void => session.#end(cause),
    }
    session.#route = await openRoute(context, segment, 'read', handler, dedicated, deadline)
    return session
  }

  /** Requests that are not answered. */
  get waiting(): number {
    return this.#reads.size
  }

  ask(read: SpanRead): void {
    this.#send((flow, delegationToken) => {
      const requestId = flow.nextRequestId()
      this.#reads.set(requestId, read)
      const { offset, length: suggestedLength } = read
      flow.send({ command: 'ReadSegment', segment: this.#name, offset, suggestedLength, delegationToken, requestId })
    })
  }

  /** Asks how long the segment is, unless that has been asked already. */
  askInfo(): void {
    if (this.#infoId !== undefined) return
    this.#send((flow, delegationToken) => {
      const requestId = flow.nextRequestId()
      this.#infoId = requestId
      flow.send({ command: 'GetStreamSegmentInfo', requestId, segmentName: this.#name, delegationToken })
    })
  }

  /** Ends the session at once; nothing is reported any more. */
  discard(): void {
    this.#over = true
    const route = this.#route
    this.#route = undefined
    if (route === undefined) return
    route.flow.close()
    // Only the end of the connection makes a server forget a read that waits.
    if (this.#dedicated && this.#reads.size > 0) route.flow.connection.close({ force: true }).catch(() => {})
  }

  #send(send: (flow: Route['flow'], token: string) => void): void {
    const route = this.#route
    if (this.#over || route === undefined) return
    const owner = ownerOf(this.#segment)
    if (!this.#context.tokens.isFresh(owner, 'read', route.token)) {
      this.#end(new PravegaError('TOKEN_EXPIRED', `The token for reading segment ${this.#name} is about to expire`))
      return
    }
    try {
      send(route.flow, route.token)
    } catch (error) {
      this.#end(PravegaError.from(error, 'CONNECTION_LOST'))
    }
  }

  #onReply(reply: Reply): void {
    if (this.#over) return
    const { requestId } = reply
    if (requestId === this.#infoId) {
      this.#infoId = undefined
      const info = segmentInfoFrom(this.#segment, reply)
      if (info === undefined) this.#end(this.#errorFrom(reply))
      else this.#owner.onInfo(info)
      return
    }
    const read = this.#reads.get(requestId)
    this.#reads.delete(requestId)
    if (read === undefined) this.#end(this.#errorFrom(reply))
    else this.#onAnswer(read, reply)
  }

  #onAnswer(read: SpanRead, reply: Reply): void {
    switch (reply.command) {
      case 'SegmentRead':
        if (reply.offset === read.offset) this.#owner.onData(read.id, reply)
        else this.#end(this.#violation(`answered a read at ${read.offset} with data from ${reply.offset}`))
        break
      case 'SegmentIsSealed':
        this.#owner.onSealed(read.id)
        break
      case 'SegmentIsTruncated':
        this.#owner.onTruncated(read.id, reply.startOffset)
        break
      default:
        this.#end(this.#errorFrom(reply))
    }
  }

  #errorFrom(reply: Reply): PravegaError {
    if (!isFailureReply(reply)) return this.#violation(`answered a request with ${reply.command}`)
    return errorFromReply(reply, { operation: `reading from segment ${this.#name}`, segment: this.#name })
  }

  #violation(what: string): PravegaError {
    return new PravegaError('PROTOCOL_VIOLATION', `The segment store of ${this.#name} ${what}`)
  }

  #end(cause: PravegaError): void {
    if (this.#over) return
    this.#over = true
    this.failure = cause
    if (this.#route !== undefined) learnFrom(cause, this.#context, ownerOf(this.#segment), 'read', this.#route)
    this.#owner.onLost(cause)
    this.discard()
  }
}
