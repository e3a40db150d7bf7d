import {
  AppendAssembler,
  type AssembledAppend,
  type Command,
  type DataAppended,
  freeFrameMemory,
  type Reply,
  type SetupAppend,
} from '@pravega-ts/wire-protocol'
import { Measures } from '../observability/measures.ts'
import { conditionalCheckFailed, invalidEventNumber, noSuchSegment, segmentIsSealed } from './failures.ts'
import type { SegmentCatalog } from './segment-catalog.ts'
import { violation } from './violation.ts'

interface Session {
  readonly writerId: string
  readonly segment: string
  /** What this connection knows to be stored for the writer: the next append replaces exactly that. */
  storedNumber: bigint
  ackedNumber: bigint
  /** The ack of this turn so far; later ones of the same turn take its place. */
  pendingAck: DataAppended | undefined
  /** Open: appends are carried out. What the others mean for the appends behind them, see {@link WriterSessions}. */
  state: 'open' | 'conditionFailed' | 'refused'
}

/** What a writer session needs of its connection. */
export interface WriterOutput {
  reply(reply: Reply): void
  end(reason: string): void
}

/**
 * The writers that are set up on one connection. A turn is what arrived together; all appends of it that succeed are
 * acknowledged by one DataAppended per writer, which names the last of them; those on a condition each by one of their own.
 *
 * After an append that was refused because the segment is sealed or missing, the ones that arrived with it get no reply
 * of their own, and the writer is forgotten. After a failed condition the numbering goes back to the last append that
 * was stored; one that arrived together with the failed one was made without knowing of that, and gets
 * InvalidEventNumber.
 */
export class WriterSessions {
  readonly #catalog: SegmentCatalog
  readonly #output: WriterOutput
  readonly #measures: Measures
  readonly #assembler = new AppendAssembler()
  readonly #sessions = new Map<string, Session>()
  readonly #touched = new Set<Session>()

  /** @param measures where appends are counted; default: nowhere. */
  constructor(catalog: SegmentCatalog, output: WriterOutput, measures: Measures = new Measures()) {
    this.#catalog = catalog
    this.#output = output
    this.#measures = measures
  }

  /** The segment that a writer appends to on this connection. */
  segmentOf(writerId: string): string | undefined {
    return this.#sessions.get(writerId)?.segment
  }

  writesTo(segment: string): boolean {
    for (const session of this.#sessions.values()) if (session.segment === segment) return true
    return false
  }

  /** Sets a writer up. An earlier setup of the same writer on this connection ends. */
  setUp(request: SetupAppend, storedNumber: bigint): void {
    const { writerId, segment } = request
    this.#assembler.accept(request)
    const earlier = this.#sessions.get(writerId)
    if (earlier !== undefined) {
      this.#acknowledge(earlier)
      this.#touched.delete(earlier)
    }
    this.#sessions.set(writerId, {
      writerId,
      segment,
      storedNumber,
      ackedNumber: storedNumber,
      pendingAck: undefined,
      state: 'open',
    })
  }

  /** Takes the next command of the append family; the append that it completes, if it does. */
  assemble(command: Command): AssembledAppend | undefined {
    return this.#assembler.accept(command)
  }

  /** @throws PravegaError PROTOCOL_VIOLATION for a negative event number. */
  append(append: AssembledAppend): void {
    const session = this.#sessions.get(append.writerId)
    if (session === undefined) throw violation(`append of the writer ${append.writerId}, which has not been set up`)
    this.#touched.add(session)
    if (session.state === 'refused') return
    const { lastEventNumber: number, requestId, writerId } = append
    if (number < 0n) throw violation(`the event number ${number}`)
    // Equal numbers would be stored twice by a Pravega server, and lower ones dropped without a word.
    if (session.state === 'conditionFailed' || number <= session.storedNumber) {
      this.fail(writerId, invalidEventNumber(requestId, writerId, number))
      return
    }
    const segment = this.#catalog.find(session.segment)
    if (segment?.kind !== 'stream') {
      this.fail(writerId, noSuchSegment(requestId, session.segment))
      return
    }
    const outcome = segment.append({
      writerId,
      previousNumber: session.storedNumber,
      eventNumber: number,
      numEvents: append.numEvents,
      data: append.data,
      expectedOffset: append.expectedOffset,
    })
    // Whatever came of it, the data have been copied, or are not needed.
    for (const part of append.data) freeFrameMemory(part)
    switch (outcome) {
      case 'appended':
        session.storedNumber = number
        this.#measures.appended(append.numEvents, append.dataLength)
        if (append.expectedOffset !== undefined) this.#acknowledge(session)
        session.pendingAck = {
          command: 'DataAppended',
          writerId,
          eventNumber: number,
          previousEventNumber: session.ackedNumber,
          requestId,
          currentSegmentWriteOffset: segment.stored.length,
        }
        // Java's large events wait for each by its request: a server that acknowledges several at once makes them wait for good.
        if (append.expectedOffset !== undefined) this.#acknowledge(session)
        return
      case 'sealed':
        this.fail(writerId, segmentIsSealed(requestId, session.segment, number))
        return
      case 'badOffset':
        this.fail(writerId, conditionalCheckFailed(requestId, writerId, number))
        return
      case 'badEventNumber':
        this.fail(writerId, invalidEventNumber(requestId, writerId, number))
        return
    }
  }

  /** Answers an append with a failure, after the acks of what came before it, and does what a server does then. */
  fail(writerId: string, failure: Reply): void {
    const session = this.#sessions.get(writerId)
    if (session !== undefined) {
      this.#acknowledge(session)
      this.#touched.add(session)
      session.state = failure.command === 'ConditionalCheckFailed' ? 'conditionFailed' : 'refused'
    }
    this.#output.reply(failure)
    if (failure.command === 'InvalidEventNumber') this.#output.end('an event number that does not follow')
  }

  /** Ends a turn: sends the acks, forgets the writers that were refused. */
  endTurn(): void {
    for (const session of this.#touched) {
      this.#acknowledge(session)
      if (session.state === 'refused') this.#forget(session)
      else session.state = 'open'
    }
    this.#touched.clear()
  }

  #acknowledge(session: Session): void {
    const ack = session.pendingAck
    if (ack === undefined) return
    session.pendingAck = undefined
    session.ackedNumber = ack.eventNumber
    this.#output.reply(ack)
  }

  #forget(session: Session): void {
    if (this.#sessions.get(session.writerId) !== session) return
    this.#sessions.delete(session.writerId)
    this.#assembler.forget(session.writerId)
  }
}
