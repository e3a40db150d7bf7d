import { NO_EVENT_NUMBER, type Reply, type Request } from '@pravega-ts/wire-protocol'

const NO_TRACE = { serverStackTrace: '' }

/** One segment in memory, with the answers of a segment store. */
export class FakeSegment {
  readonly name: string
  bytes: Buffer = Buffer.alloc(0)
  startOffset = 0
  sealed = false
  deleted = false
  /** Most bytes of one answer. */
  maxReadBytes = 2 * 1024 * 1024
  readonly attributes = new Map<string, bigint>()
  #waiting: { readonly offset: number; readonly answer: () => void }[] = []

  constructor(name: string) {
    this.name = name
  }

  get length(): number {
    return this.bytes.length
  }

  append(data: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, data])
    this.#wake()
  }

  seal(): void {
    this.sealed = true
    this.#wake()
  }

  /** The answer to a read; calls back later when there is none yet. */
  read(command: Request & { command: 'ReadSegment' }, reply: (reply: Reply) => void): void {
    const { requestId, suggestedLength } = command
    const segment = this.name
    const offset = Number(command.offset)
    if (this.deleted) reply({ command: 'NoSuchSegment', requestId, segment, offset: command.offset, ...NO_TRACE })
    else if (offset < this.startOffset) {
      const startOffset = BigInt(this.startOffset)
      reply({ command: 'SegmentIsTruncated', requestId, segment, startOffset, offset: command.offset, ...NO_TRACE })
    } else if (offset < this.length || this.sealed) {
      const most = Math.min(Math.max(8, suggestedLength), this.maxReadBytes)
      const data = this.bytes.subarray(offset, offset + most)
      const atTail = offset + data.length === this.length
      const endOfSegment = atTail && this.sealed
      reply({ command: 'SegmentRead', segment, offset: command.offset, atTail, endOfSegment, data, requestId })
    } else {
      const answer = (): void => {
        if (!this.sealed) this.read(command, reply)
        else reply({ command: 'SegmentIsSealed', requestId, segment, offset: command.offset, ...NO_TRACE })
      }
      this.#waiting.push({ offset, answer })
    }
  }

  /** All other requests of one segment. */
  answer(command: Request): Reply {
    const { name: segment } = this
    const requestId = 'requestId' in command ? command.requestId : -1n
    if (this.deleted) return { command: 'NoSuchSegment', requestId, segment, offset: -1n, ...NO_TRACE }
    switch (command.command) {
      case 'GetStreamSegmentInfo':
        return {
          command: 'StreamSegmentInfo',
          requestId,
          segmentName: segment,
          exists: true,
          isSealed: this.sealed,
          isDeleted: false,
          lastModified: 1_700_000_000_000n,
          writeOffset: BigInt(this.length),
          startOffset: BigInt(this.startOffset),
        }
      case 'SealSegment':
        if (this.sealed) return { command: 'SegmentIsSealed', requestId, segment, offset: -1n, ...NO_TRACE }
        this.seal()
        return { command: 'SegmentSealed', requestId, segment }
      case 'TruncateSegment': {
        const offset = Number(command.truncationOffset)
        if (offset < this.startOffset || offset > this.length) {
          const startOffset = BigInt(this.startOffset)
          const told = { segment, startOffset, offset: command.truncationOffset }
          return { command: 'SegmentIsTruncated', requestId, ...told, ...NO_TRACE }
        }
        this.startOffset = offset
        return { command: 'SegmentTruncated', requestId, segment }
      }
      case 'UpdateSegmentAttribute': {
        const success = (this.attributes.get(command.attributeId) ?? NO_EVENT_NUMBER) === command.expectedValue
        if (success) this.attributes.set(command.attributeId, command.newValue)
        return { command: 'SegmentAttributeUpdated', requestId, success }
      }
      case 'GetSegmentAttribute': {
        const value = this.attributes.get(command.attributeId) ?? NO_EVENT_NUMBER
        return { command: 'SegmentAttribute', requestId, value }
      }
      default:
        return { command: 'OperationUnsupported', requestId, operationName: command.command, ...NO_TRACE }
    }
  }

  #wake(): void {
    const ready = this.#waiting.filter(({ offset }) => this.sealed || offset < this.length)
    this.#waiting = this.#waiting.filter(waiter => !ready.includes(waiter))
    for (const { answer } of ready) answer()
  }
}
