import { PravegaError } from '@pravega-ts/model'
import type { AppendBlock } from '../commands/append-block.ts'
import type { AppendBlockEnd } from '../commands/append-block-end.ts'
import type { Command } from '../commands/catalogue.ts'
import { decodeFrame } from '../framing/frame.ts'

/** One append as a segment store has to carry it out, whatever frames it came in. */
export interface AssembledAppend {
  /** Segment that the writer has been set up on. */
  readonly segment: string
  readonly writerId: string
  /** Number of events, at least 1. */
  readonly numEvents: number
  readonly lastEventNumber: bigint
  /** Length that the segment must have; undefined for an append without condition. */
  readonly expectedOffset: bigint | undefined
  readonly requestId: bigint
  /** The bytes to append, in order; views on the received frames. */
  readonly data: readonly Uint8Array[]
  /** Sum of the lengths of `data`. */
  readonly dataLength: number
}

/**
 * The server's end of the append protocol on one connection: remembers which writer writes to which segment, and makes
 * appends of the frames that carry them. Give it every command of the connection in order.
 */
export class AppendAssembler {
  readonly #segments = new Map<string, string>()
  #block: AppendBlock | undefined

  /**
   * The append that `command` completes, or undefined if it completes none. SetupAppend registers its writer.
   * @throws PravegaError PROTOCOL_VIOLATION for frames out of order, an unknown writer, or a malformed block; the
   * connection is then to be dropped.
   */
  accept(command: Command): AssembledAppend | undefined {
    switch (command.command) {
      case 'SetupAppend':
        if (this.#block !== undefined) throw violation('SetupAppend between AppendBlock and AppendBlockEnd')
        this.#segments.set(command.writerId, command.segment)
        return undefined
      case 'AppendBlock':
        if (this.#block !== undefined) throw violation('AppendBlock before the AppendBlockEnd of the one before')
        this.#segmentOf(command.writerId)
        this.#block = command
        return undefined
      case 'AppendBlockEnd': {
        const data = this.#endBlock(command)
        if (command.numEvents < 1) throw violation(`AppendBlockEnd with ${command.numEvents} events`)
        return this.#append(command, command.numEvents, command.lastEventNumber, undefined, data)
      }
      case 'ConditionalAppend': {
        if (this.#block !== undefined) throw violation('ConditionalAppend between AppendBlock and AppendBlockEnd')
        const header = new Uint8Array(8)
        new DataView(header.buffer).setInt32(4, command.event.length)
        return this.#append(command, 1, command.eventNumber, command.expectedOffset, [header, command.event])
      }
      case 'ConditionalBlockEnd':
        if (this.#block !== undefined) throw violation('ConditionalBlockEnd between AppendBlock and AppendBlockEnd')
        return this.#append(command, 1, command.eventNumber, command.expectedOffset, [command.data])
      default:
        return undefined
    }
  }

  /** Forgets a writer, as a server does after it has refused an append of it. */
  forget(writerId: string): void {
    this.#segments.delete(writerId)
  }

  #segmentOf(writerId: string): string {
    const segment = this.#segments.get(writerId)
    if (segment === undefined) throw violation(`append of the writer ${writerId}, which has not been set up`)
    return segment
  }

  /** Whole events of the block, then what a PartialEvent holds, then the data of the end. */
  #endBlock(end: AppendBlockEnd): Uint8Array[] {
    const block = this.#block
    this.#block = undefined
    // Without a block, all data are in the end, and sizeOfWholeEvents is not looked at.
    if (block === undefined) return [end.data]
    if (block.writerId !== end.writerId) throw violation('AppendBlockEnd of another writer than the AppendBlock')
    const whole = end.sizeOfWholeEvents
    if (whole < 0 || whole > block.data.length)
      throw violation(`${whole} bytes of whole events in a block of ${block.data.length}`)
    if (whole === block.data.length) return [block.data, end.data]
    const inner = decodeFrame(block.data.subarray(whole))
    if (inner.command === 'PartialEvent') return [block.data.subarray(0, whole), inner.data, end.data]
    if (inner.command !== 'Padding') throw violation(`${inner.command} behind the whole events of a block`)
    if (end.data.length > 0) throw violation('data behind a block that ends with padding')
    return [block.data.subarray(0, whole)]
  }

  #append(
    command: { readonly writerId: string; readonly requestId: bigint },
    numEvents: number,
    lastEventNumber: bigint,
    expectedOffset: bigint | undefined,
    pieces: readonly Uint8Array[],
  ): AssembledAppend {
    const { writerId, requestId } = command
    const data = pieces.filter(piece => piece.length > 0)
    const dataLength = data.reduce((sum, piece) => sum + piece.length, 0)
    const segment = this.#segmentOf(writerId)
    return { segment, writerId, numEvents, lastEventNumber, expectedOffset, requestId, data, dataLength }
  }
}

function violation(problem: string): PravegaError {
  return new PravegaError('PROTOCOL_VIOLATION', `the client sent ${problem}`)
}
