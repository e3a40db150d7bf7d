import { PravegaError } from '@pravega-ts/model'
import {
  COMMAND_TYPES,
  type Command,
  decodeFrame,
  decodePayload,
  encodeFrame,
  encodeFrameChunks,
} from '@pravega-ts/wire-protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALL_COMMANDS } from '../../src/commands/catalogue.ts'
import { commandOf } from '../support/arbitraries.ts'
import { plain } from '../support/plain.ts'
import { wireSize } from '../support/wire-size.ts'

const RUNS = { numRuns: 25 }
const HEADER = 8

/** What runs to the end of the frame cannot be told from unknown bytes. */
const OPEN_ENDED = new Set(['rest', 'zeros'])

function decodeOrViolation(type: number, payload: Uint8Array): unknown {
  try {
    return plain(decodePayload(type, payload))
  } catch (error) {
    expect(PravegaError.is(error, 'PROTOCOL_VIOLATION'), String(error)).toBe(true)
    return undefined
  }
}

describe.each(ALL_COMMANDS.map(codec => [codec.name, codec] as const))('%s', (_, codec) => {
  const fields = Object.entries(codec.fields)
  const openEnded = fields.some(([, field]) => OPEN_ENDED.has(field.kind))

  it('comes back as it was sent', () => {
    fc.assert(
      fc.property(commandOf(codec), command => {
        const frame = encodeFrame(command)
        expect(plain(decodeFrame(frame))).toEqual(command)
        expect(Buffer.concat(encodeFrameChunks(command)).equals(frame)).toBe(true)
      }),
      RUNS,
    )
  })

  it('may have unknown bytes at its end', () => {
    fc.assert(
      fc.property(commandOf(codec), fc.uint8Array({ minLength: 1, maxLength: 20 }), (command, extra) => {
        const payload = encodeFrame(command).subarray(HEADER)
        const longer = decodePayload(codec.type, Buffer.concat([payload, extra]))
        if (!openEnded) expect(plain(longer)).toEqual(command)
      }),
      RUNS,
    )
  })

  it('may stop in front of a field that came later, and nowhere else', () => {
    fc.assert(
      fc.property(commandOf(codec), fc.nat(), (command, seed) => {
        if (openEnded) return
        const payload = encodeFrame(command).subarray(HEADER)
        const length = seed % (payload.length + 1)
        const decoded = decodeOrViolation(codec.type, payload.subarray(0, length))
        const expected = shortened(command, length)
        expect(decoded).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('is never anything but a command or a violation, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), payload => {
        decodeOrViolation(codec.type, payload)
      }),
      RUNS,
    )
  })

  /** What the first `length` bytes of the payload mean; undefined: nothing. */
  function shortened(command: Command, length: number): unknown {
    const values = command as unknown as Readonly<Record<string, unknown>>
    const result: Record<string, unknown> = { command: codec.name }
    let position = 0
    for (const [name, field] of fields) {
      if (field.since !== undefined && position === length) {
        result[name] = field.fallback
        continue
      }
      position += wireSize(field.kind, values[name])
      if (position > length) return undefined
      result[name] = values[name]
    }
    return result
  }
})

describe('the generic entry points', () => {
  it('refuse a type that does not exist', () => {
    for (const type of [6, 13, 54, 101, -128, 2 ** 31 - 1])
      expect(() => decodePayload(type, new Uint8Array(0))).toThrow(
        expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }),
      )
  })

  it('refuse what is not exactly one frame', () => {
    const frame = encodeFrame({ command: 'KeepAlive' })
    for (const bytes of [frame.subarray(0, 7), Buffer.concat([frame, Buffer.of(0)]), new Uint8Array(0)])
      expect(() => decodeFrame(bytes)).toThrow(expect.objectContaining({ code: 'PROTOCOL_VIOLATION' }))
  })

  it('know the types of the catalogue', () => {
    expect(Object.keys(COMMAND_TYPES)).toHaveLength(72)
    expect(COMMAND_TYPES.Hello).toBe(-127)
    expect(COMMAND_TYPES.KeepAlive).toBe(100)
  })
})
