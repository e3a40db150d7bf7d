import {
  AppendAssembler,
  type AssembledAppend,
  type Command,
  decodePayload,
  FrameParser,
} from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import { bytesOf, loadVectors } from '../vectors/vectors.ts'

interface AppendStream {
  readonly name: string
  readonly hex: string
  readonly frames: readonly string[]
  readonly appends: readonly {
    readonly segment: string
    readonly writerId: string
    readonly numEvents: number
    readonly lastEventNumber: string
    readonly requestId: string
    readonly data: string
  }[]
}

const WRITER = '01234567-89ab-cdef-fedc-ba9876543210'
const OTHER = '11111111-1111-1111-2222-222222222222'
const SETUP: Command = {
  command: 'SetupAppend',
  requestId: 1n,
  writerId: WRITER,
  segment: 's/t/0',
  delegationToken: '',
}
const BLOCK: Command = { command: 'AppendBlock', writerId: WRITER, data: bytesOf('aabbcc') }
const END = {
  command: 'AppendBlockEnd',
  writerId: WRITER,
  sizeOfWholeEvents: 3,
  data: new Uint8Array(0),
  numEvents: 1,
  lastEventNumber: 7n,
  requestId: 9n,
} as const

function commandsOf(hex: string): Command[] {
  const parser = new FrameParser()
  parser.push(bytesOf(hex))
  const commands: Command[] = []
  for (let frame = parser.next(); frame !== undefined; frame = parser.next())
    commands.push(decodePayload(frame.type, frame.payload))
  return commands
}

function dataOf(append: AssembledAppend | undefined): string {
  return Buffer.concat(append?.data ?? []).toString('hex')
}

function feed(...commands: Command[]): AssembledAppend | undefined {
  const assembler = new AppendAssembler()
  return commands.map(command => assembler.accept(command)).at(-1)
}

describe('append streams of the Java client', () => {
  it.each(loadVectors<AppendStream>('wire-append-streams.json').map(stream => [stream.name, stream] as const))(
    '%s',
    (_, stream) => {
      const commands = commandsOf(stream.hex)
      expect(commands.map(({ command }) => command)).toEqual(stream.frames)
      const assembler = new AppendAssembler()
      const appends = commands.map(command => assembler.accept(command)).filter(append => append !== undefined)
      expect(
        appends.map(append => ({
          segment: append.segment,
          writerId: append.writerId,
          numEvents: append.numEvents,
          lastEventNumber: String(append.lastEventNumber),
          requestId: String(append.requestId),
          data: dataOf(append),
        })),
      ).toEqual(stream.appends)
      for (const append of appends) expect(append.dataLength).toBe(dataOf(append).length / 2)
    },
  )
})

describe('an append', () => {
  it('may come in its end alone; the size of whole events is not looked at then', () => {
    for (const sizeOfWholeEvents of [0, 999, -1]) {
      const append = feed(SETUP, { ...END, sizeOfWholeEvents, data: bytesOf('0102') })
      expect(append).toMatchObject({ segment: 's/t/0', lastEventNumber: 7n, requestId: 9n, expectedOffset: undefined })
      expect(dataOf(append)).toBe('0102')
    }
  })

  it('of no bytes is one', () => {
    expect(feed(SETUP, END)).toMatchObject({ dataLength: 0, data: [], numEvents: 1 })
  })

  it('may be conditional, with its event header or without', () => {
    const fields = { writerId: WRITER, eventNumber: 3n, expectedOffset: 40n, requestId: 9n }
    const event = feed(SETUP, { command: 'ConditionalAppend', ...fields, event: bytesOf('aabb') })
    expect(event).toMatchObject({ expectedOffset: 40n, lastEventNumber: 3n, numEvents: 1, dataLength: 10 })
    expect(dataOf(event)).toBe('0000000000000002aabb')
    const raw = feed(SETUP, { command: 'ConditionalBlockEnd', ...fields, data: bytesOf('aabb') })
    expect(raw).toMatchObject({ expectedOffset: 40n, lastEventNumber: 3n, numEvents: 1 })
    expect(dataOf(raw)).toBe('aabb')
  })

  it('may have a keep-alive in its middle', () => {
    expect(dataOf(feed(SETUP, BLOCK, { command: 'KeepAlive' }, END))).toBe('aabbcc')
  })

  it('goes to the segment of the last setup of its writer', () => {
    expect(feed(SETUP, { ...SETUP, segment: 's/t/1' }, END)?.segment).toBe('s/t/1')
  })
})

describe('what ends a connection', () => {
  const padded: Command = { command: 'AppendBlock', writerId: WRITER, data: bytesOf('aabbccffffffff0000000100') }
  const forgotten = (): AssembledAppend | undefined => {
    const assembler = new AppendAssembler()
    assembler.accept(SETUP)
    assembler.forget(WRITER)
    return assembler.accept(END)
  }

  it.each<[string, () => unknown]>([
    ['an append before the setup', () => feed(END)],
    ['an append of a writer that has been forgotten', forgotten],
    ['a block of an unknown writer', () => feed(SETUP, { ...BLOCK, writerId: OTHER } as Command)],
    ['the end of another writer', () => feed(SETUP, { ...SETUP, writerId: OTHER }, BLOCK, { ...END, writerId: OTHER })],
    ['two blocks in a row', () => feed(SETUP, BLOCK, BLOCK)],
    ['a setup within an append', () => feed(SETUP, BLOCK, SETUP)],
    ['more whole events than the block has', () => feed(SETUP, BLOCK, { ...END, sizeOfWholeEvents: 4 })],
    ['a negative size', () => feed(SETUP, BLOCK, { ...END, sizeOfWholeEvents: -1 })],
    ['a rest of the block that is no frame', () => feed(SETUP, BLOCK, { ...END, sizeOfWholeEvents: 1 })],
    ['no events', () => feed(SETUP, { ...END, numEvents: 0 })],
    ['data behind padding', () => feed(SETUP, padded, { ...END, data: bytesOf('01') })],
  ])('%s', (_, attempt) => {
    expect(attempt).toThrow(expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }))
  })

  it('is not padding alone', () => {
    expect(dataOf(feed(SETUP, padded, END))).toBe('aabbcc')
  })
})
