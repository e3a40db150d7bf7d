import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { PravegaError } from '@pravega-ts/model'
import {
  COMMAND_TYPES,
  type Command,
  type Control,
  decodePayload,
  FRAME_HEADER_BYTES,
  FrameParser,
  MAX_FRAME_BYTES,
  type Reply,
  type SegmentRead,
} from '@pravega-ts/wire-protocol'
import { answerOf, isAnswerable } from '../faults/answer-of.ts'
import { segmentsOf } from '../faults/command-segments.ts'
import type { AnyCommandFault } from '../faults/fault-switchboard.ts'
import type { Guest } from '../listening/port.ts'
import { messageOf } from '../message-of.ts'
import { logChange } from './change-log.ts'
import type { ConnectionServices } from './connection-services.ts'
import type { Conversation, LookUp } from './conversation.ts'
import { internalFailure } from './failures.ts'
import { completesAppend, handle } from './handlers/index.ts'
import { LookUps } from './look-ups.ts'
import { Outbox } from './outbox.ts'
import { IncomingSpeech, UndurableBytes } from './reception.ts'
import type { SegmentCatalog } from './segment-catalog.ts'
import { TokenAdmission } from './token-admission.ts'
import { violation } from './violation.ts'
import { WriterSessions } from './writer-sessions.ts'

/** How long a connection that was ended here takes in and forgets what its peer still sends, in milliseconds. */
const LINGER_MS = 1000

/** More reads than this do not wait on one connection. */
const MAX_WAITING = 16_384

/**
 * One client on the segment store port. Open: commands are taken in turns; a turn is all complete frames that are there.
 * Ending: nothing is taken any more, what was said is being sent. Gone: the socket is closed.
 */
export class Connection implements Conversation {
  readonly catalog: SegmentCatalog
  readonly writers: WriterSessions
  readonly #socket: Socket
  readonly #services: ConnectionServices
  readonly #peer: string
  readonly #parser = new FrameParser({ maxFrameBytes: MAX_FRAME_BYTES - FRAME_HEADER_BYTES, ownsChunks: true })
  readonly #outbox: Outbox
  readonly #speech: IncomingSpeech
  readonly #undurable: UndurableBytes
  readonly #releases = new Set<() => void>()
  readonly #lookUps = new LookUps(this)
  readonly #tokens: TokenAdmission | undefined
  readonly #detach: () => void
  readonly #segmentOfWriter = (writerId: string): string | undefined => this.writers.segmentOf(writerId)
  #deferred: (() => void)[] = []
  #state: 'open' | 'ending' | 'gone' = 'open'
  #inTurn = false
  #turnScheduled = false
  /** A fault delays the command that was taken last. */
  #stalled = false
  #receivedBytes = 0
  #introduced: (() => void) | undefined

  constructor({ socket, introduced }: Guest, services: ConnectionServices) {
    this.#introduced = introduced
    this.catalog = services.catalog
    this.#socket = socket
    this.#services = services
    this.#peer = `${socket.remoteAddress}:${socket.remotePort}`
    this.writers = new WriterSessions(services.catalog, this, services.measures)
    this.#tokens = TokenAdmission.of(services, {
      peer: this.#peer,
      reply: reply => this.reply(reply),
      end: reason => this.end(reason),
      segmentOf: this.#segmentOfWriter,
    })
    const giveUp = (reason: string): void => this.#giveUp(reason)
    this.#speech = new IncomingSpeech(services.reception, giveUp)
    this.#undurable = new UndurableBytes(services.reception)
    this.#outbox = new Outbox(socket, {
      passing: bytes => {
        services.measures.sentBytes += bytes
        return services.faults.bytesBeforeCut('sent', bytes, this.#peer)
      },
      budget: services.reception.untaken,
      giveUp,
    })
    this.#detach = services.faults.attach({
      peer: this.#peer,
      writesTo: segment => this.writers.writesTo(segment),
      reset: () => this.#reset('cut by a fault'),
      freeze: () => this.#freeze(),
      thaw: () => this.#thaw(),
    })
    socket.setNoDelay(true)
    socket.on('data', chunk => this.#onData(chunk))
    socket.on('drain', () => this.#takeTurn())
    socket.on('error', error => this.#log('connection failed', { error: error.message }))
    socket.on('close', () => this.#onClose())
    if (services.faults.frozen) this.#freeze()
    this.#log('connection accepted')
  }

  /** Sends what is due, for a short while, then closes. */
  close(reason: string): void {
    this.end(reason)
    this.#later(LINGER_MS, () => this.destroy())
  }

  /** Closes at once, whatever has not been sent. */
  destroy(): void {
    this.#socket.destroy()
  }

  reply(reply: Reply | Control): void {
    const fault = this.#services.faults.commandFault(reply, this.#segmentOfWriter)
    if (fault !== undefined && !this.#letReply(fault)) return
    this.#services.measures.replies.add(COMMAND_TYPES[reply.command])
    this.#outbox.add(reply)
    this.#scheduleTurn()
  }

  replyRead(reply: Omit<SegmentRead, 'command' | 'data'>, views: readonly Uint8Array[]): void {
    const fault = this.#services.faults.commandFault(
      { command: 'SegmentRead', ...reply, data: new Uint8Array(0) },
      this.#segmentOfWriter,
    )
    if (fault !== undefined && !this.#letReply(fault)) return
    this.#services.measures.replies.add(COMMAND_TYPES.SegmentRead)
    this.#outbox.addRead(reply, views)
    this.#scheduleTurn()
  }

  end(reason: string): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    this.#speech.close()
    this.#log('connection ended by this server', { reason })
    this.#scheduleTurn()
  }

  whenSent(work: () => void): void {
    if (this.#state === 'gone') return
    if (this.#outbox.congested) this.#deferred.push(work)
    else this.#attempt(work)
    this.#scheduleTurn()
  }

  onGone(release: () => void): () => void {
    this.#releases.add(release)
    return () => this.#releases.delete(release)
  }

  waitFor(release: () => void): () => void {
    if (this.#releases.size >= MAX_WAITING) throw violation(`more than ${MAX_WAITING} requests that wait`)
    return this.onGone(release)
  }

  lookUp<T>({ requestId, segment }: LookUp, find: () => T | Promise<T>, answer: (found: T) => void): void {
    this.#lookUps.add(find, answer, cause => {
      const reason = messageOf(cause)
      this.#services.logger.error('a request could not be carried out', { peer: this.#peer, segment, error: cause })
      this.reply(internalFailure(requestId, segment, reason))
    })
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'open') return
    this.#receivedBytes += chunk.byteLength
    this.#services.measures.receivedBytes += chunk.byteLength
    this.#speech.received(chunk.byteLength)
    const passing = this.#services.faults.bytesBeforeCut('received', chunk.byteLength, this.#peer)
    this.#parser.push(passing === undefined ? chunk : chunk.subarray(0, passing))
    this.#takeTurn()
    if (passing !== undefined) this.#reset('cut by a fault')
  }

  #onClose(): void {
    this.#state = 'gone'
    this.#detach()
    this.#tokens?.close()
    this.#speech.close()
    this.#outbox.close()
    this.#deferred = []
    const releases = [...this.#releases]
    this.#releases.clear()
    for (const release of releases) release()
    // Tail readers elsewhere may wait for what the releases changed.
    this.catalog.commit()?.catch(error => this.#log('storage failed', { error: String(error) }))
    this.#log('connection gone')
  }

  get #blocked(): boolean {
    return this.#stalled || this.#outbox.congested || this.#undurable.tooMany || this.#services.faults.frozen
  }

  #takeTurn(): void {
    if (this.#inTurn || this.#state === 'gone') return
    this.#inTurn = true
    this.#resumeDeferred()
    this.#attempt(() => {
      while (this.#state === 'open' && !this.#blocked) {
        const frame = this.#parser.next()
        if (frame === undefined) break
        this.#introduced?.()
        this.#introduced = undefined
        this.#services.measures.requests.add(frame.type)
        this.#speech.finished(frame.type, FRAME_HEADER_BYTES + frame.payload.byteLength)
        this.#take(decodePayload(frame.type, frame.payload))
      }
    })
    this.writers.endTurn()
    this.#commit()
    this.#inTurn = false
    if (this.#state === 'open') this.#speech.endTurn(!this.#blocked)
    if (this.#state === 'ending') this.#sendLast()
    else if (this.#blocked) this.#socket.pause()
    else if (this.#socket.isPaused()) this.#socket.resume()
  }

  #resumeDeferred(): void {
    if (this.#deferred.length === 0 || this.#outbox.congested) return
    const deferred = this.#deferred
    this.#deferred = []
    for (const work of deferred) this.whenSent(work)
  }

  #commit(): void {
    const received = this.#receivedBytes
    this.#receivedBytes = 0
    // What a storage that has failed is told of would never become durable; nothing was changed since.
    const durable = this.#services.health?.refusal === undefined ? this.catalog.commit() : undefined
    const waits = this.#outbox.release(durable)
    if (durable === undefined) return
    if (!waits) {
      // A failure concerns those who wait for it.
      durable.catch(() => {})
      return
    }
    this.#undurable.add(received)
    durable.then(
      () => {
        this.#undurable.add(-received)
        if (this.#state === 'ending' || this.#deferred.length > 0 || this.#socket.isPaused()) this.#takeTurn()
      },
      cause => {
        this.#undurable.add(-received)
        this.#reset(`storage failed: ${cause}`)
      },
    )
  }

  /** Something was said outside of a turn: by a woken read, or for another connection's change. */
  #scheduleTurn(): void {
    if (this.#inTurn || this.#turnScheduled) return
    this.#turnScheduled = true
    process.nextTick(() => {
      this.#turnScheduled = false
      this.#takeTurn()
    })
  }

  #take(command: Command): void {
    const fault = this.#services.faults.commandFault(command, this.#segmentOfWriter)
    if (fault === undefined) {
      this.#carryOut(command)
    } else if (fault.delayMs === undefined || fault.delayMs === 0) {
      this.#disturb(command, fault)
    } else {
      this.#stalled = true
      this.#later(fault.delayMs, () => {
        this.#stalled = false
        if (this.#state !== 'open') return
        this.#attempt(() => this.#disturb(command, fault))
        this.#takeTurn()
      })
    }
  }

  #carryOut(command: Command): void {
    const refusal = this.#services.health?.refusal
    if (refusal !== undefined && command.command !== 'Hello' && command.command !== 'KeepAlive') {
      this.#refuse(command, refusal)
      return
    }
    if (this.#tokens?.admits(command) === false) return
    logChange(this.#services.logger, this.#peer, command)
    handle(command, this)
  }

  /** Nothing can be done for anybody: says so, and lets the client come again. */
  #refuse(command: Command, reason: string): void {
    if (!isAnswerable(command)) return
    const [segment = ''] = segmentsOf(command, this.#segmentOfWriter)
    this.reply(internalFailure(command.requestId, segment, reason))
    this.end(reason)
  }

  #disturb(command: Command, fault: AnyCommandFault): void {
    if (fault.cut === true) {
      this.#reset('cut by a fault')
      return
    }
    if (fault.drop !== true && fault.answer === undefined) {
      this.#carryOut(command)
      return
    }
    // The frames of an append belong together, carried out or not.
    if (completesAppend(command)) this.writers.assemble(command)
    if (fault.answer === undefined) return
    if (!isAnswerable(command)) throw violation(`a ${command.command}`)
    const reply = answerOf(fault.answer, command, this.#segmentOfWriter)
    if (completesAppend(command)) this.writers.fail(command.writerId, reply)
    else this.reply(reply)
  }

  /** Whether a reply goes out, when a fault strikes it. */
  #letReply(fault: AnyCommandFault): boolean {
    if (fault.cut === true) this.#reset('cut by a fault')
    if (fault.cut === true || fault.drop === true) return false
    if (fault.delayMs !== undefined && fault.delayMs > 0) {
      this.#outbox.hold()
      this.#later(fault.delayMs, () => {
        this.#outbox.resume()
        this.#takeTurn()
      })
    }
    return true
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      cancel()
      work()
    }, ms)
    const cancel = this.onGone(() => clearTimeout(timer))
  }

  /** Does what may break the protocol; that ends this connection and concerns nobody else. */
  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!PravegaError.is(error, 'PROTOCOL_VIOLATION')) {
        this.#services.logger.error('a command failed in the segment store', { peer: this.#peer, error })
      }
      this.end(messageOf(error))
    }
  }

  /**
   * Sends what is left, then closes. What the peer still sends is read and forgotten for a while: closing a socket with
   * unread bytes would reset the connection, and the peer might lose the last replies.
   */
  #sendLast(): void {
    if (!this.#outbox.empty || this.#socket.writableEnded) return
    this.#socket.end()
    this.#socket.resume()
    this.#later(LINGER_MS, () => this.#socket.destroy())
  }

  #freeze(): void {
    // It may have said something, which is only not listened to.
    this.#introduced?.()
    this.#speech.endTurn(false)
    this.#outbox.hold()
    this.#socket.pause()
  }

  #thaw(): void {
    this.#outbox.resume()
    this.#takeTurn()
  }

  /** Ends a connection that costs too much, or is dead. */
  #giveUp(reason: string): void {
    if (this.#state === 'gone') return
    this.#state = 'ending'
    this.#speech.close()
    this.#log('connection ended by this server', { reason })
    this.#socket.destroy()
  }

  #reset(reason: string): void {
    if (this.#state === 'gone') return
    this.#state = 'ending'
    this.#log('connection reset by this server', { reason })
    // A reset is only there for plain TCP.
    if (this.#socket instanceof TLSSocket) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }

  #log(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#services.logger.debug(message, { peer: this.#peer, ...fields })
  }
}
