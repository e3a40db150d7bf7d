import type { StandardSchemaV1 } from '@standard-schema/spec'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { bytesSerializer, jsonSerializer, type Serializer, schemaSerializer, utf8Serializer } from '../../src/index.ts'

/** Bytes of an event, by way of each form that a serializer offers. */
function bytesOf<T>(serializer: Serializer<T>, event: T): Buffer {
  const bytes = Buffer.from(serializer.serialize(event))
  const { maxLength, encodeInto } = serializer
  if (maxLength === undefined || encodeInto === undefined) return bytes
  const most = maxLength.call(serializer, event)
  for (const memory of [Buffer.alloc(most + 10, 0xee), new Uint8Array(most + 10).fill(0xee)]) {
    const written = encodeInto.call(serializer, event, memory, 5)
    expect(Buffer.from(memory.subarray(5, 5 + written)).equals(bytes)).toBe(true)
    expect([...memory.subarray(0, 5), ...memory.subarray(5 + most)]).toEqual(Array(10).fill(0xee))
  }
  return bytes
}

function comesBack<T>(serializer: Serializer<T>, event: T): void {
  const bytes = bytesOf(serializer, event)
  expect(serializer.deserialize(bytes)).toEqual(event)
  expect(serializer.deserialize(Uint8Array.from(bytes))).toEqual(event)
  const within = Buffer.concat([Buffer.from('<<'), bytes, Buffer.from('>>')])
  for (const source of [within, Uint8Array.from(within)]) {
    const value = serializer.decodeFrom?.(source, 2, bytes.length) ?? event
    expect(value).toEqual(event)
  }
}

describe('bytes', () => {
  it('are written and read as they are', () => {
    const event = Uint8Array.of(0, 1, 255)
    expect([...bytesOf(bytesSerializer, event)]).toEqual([0, 1, 255])
    expect(bytesSerializer.deserialize(event)).toBe(event)
    expect(bytesOf(bytesSerializer, new Uint8Array(0)).length).toBe(0)
  })

  it('are refused when they are none', () => {
    const none = 'text' as unknown as Uint8Array
    expect(() => bytesSerializer.serialize(none)).toThrow(TypeError)
    expect(() => bytesSerializer.maxLength?.(none)).toThrow(TypeError)
  })
})

describe('text', () => {
  it('comes back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => comesBack(utf8Serializer, text)))
    comesBack(utf8Serializer, '\u{feff}with a byte order mark')
  })

  it('is UTF-8', () => {
    expect(bytesOf(utf8Serializer, 'aé漢😀').toString('hex')).toBe('61c3a9e6bca2f09f9880')
  })

  it('that is not well formed is mended', () => {
    expect(bytesOf(utf8Serializer, 'a\ud800').toString('hex')).toBe('61efbfbd')
    expect(utf8Serializer.deserialize(Uint8Array.of(0x61, 0xff))).toBe('a\ufffd')
  })

  it('is refused when it is none', () => {
    const none = 5 as unknown as string
    expect(() => utf8Serializer.serialize(none)).toThrow(TypeError)
    expect(() => utf8Serializer.maxLength?.(none)).toThrow(TypeError)
  })
})

describe('JSON', () => {
  const serializer = jsonSerializer<unknown>()

  it('comes back', () => {
    fc.assert(fc.property(fc.jsonValue(), value => comesBack(serializer, JSON.parse(JSON.stringify(value)))))
  })

  it.each([
    ['the event', 5n],
    ['"price"', { items: [{ price: 5n }] }],
  ])('says that %s is a bigint', (where, event) => {
    const refused = expect.objectContaining({
      message: expect.stringContaining(`bigint, which ${where} is`),
      cause: expect.any(TypeError),
    })
    expect(() => serializer.serialize(event)).toThrow(refused)
  })

  it('refuses what it has no form for', () => {
    expect(() => serializer.serialize(undefined)).toThrow('JSON has no form for undefined')
    expect(() => serializer.serialize(() => 1)).toThrow('JSON has no form for function')
    const cycle: Record<string, unknown> = { items: [1] }
    cycle['self'] = cycle
    expect(() => serializer.serialize(cycle)).toThrow('circular')
  })

  it('refuses bytes that are none', () => {
    expect(() => serializer.deserialize(new Uint8Array(0))).toThrow(SyntaxError)
  })
})

interface Order {
  readonly id: number
  readonly note: string
}

/** An order; a missing note is empty. */
const order: StandardSchemaV1<{ readonly id: number; readonly note?: string }, Order> = {
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate(value) {
      const { id, note = '' } = value as Partial<Order>
      const issues: StandardSchemaV1.Issue[] = []
      if (typeof id !== 'number') issues.push({ message: 'expected a number', path: ['order', { key: 'id' }] })
      if (typeof note !== 'string') issues.push({ message: 'expected text', path: [] })
      return issues.length > 0 ? { issues } : { value: { id: id as number, note } }
    },
  },
}

describe('events with a schema', () => {
  const wrong = { id: 'five', note: 5 } as unknown as Order

  it('are of the type that the schema gives', () => {
    expectTypeOf(schemaSerializer(order)).toEqualTypeOf<Serializer<Order>>()
    comesBack(schemaSerializer(order), { id: 5, note: 'x' })
    expect(schemaSerializer(order).deserialize(Buffer.from('{"id":5}'))).toEqual({ id: 5, note: '' })
  })

  it('are refused with what the schema has against them, on writing and on reading', () => {
    const message = 'It does not match its schema: order.id: expected a number; expected text'
    const details = { issues: expect.arrayContaining([expect.objectContaining({ message: 'expected text' })]) }
    const refused = expect.objectContaining({ code: 'SERIALIZATION_FAILED', message, details })
    const serializer = schemaSerializer(order)
    expect(() => serializer.serialize(wrong)).toThrow(refused)
    expect(() => serializer.deserialize(Buffer.from(JSON.stringify(wrong)))).toThrow(refused)
  })

  it('are looked at when the option says so', () => {
    const onRead = schemaSerializer(order, { validate: 'onRead' })
    const onWrite = schemaSerializer(order, { validate: 'onWrite' })
    expect(onWrite.deserialize(onRead.serialize(wrong))).toEqual(wrong)
    expect(() => onWrite.serialize(wrong)).toThrow()
    expect(() => onRead.deserialize(Buffer.from(JSON.stringify(wrong)))).toThrow()
  })

  it('may be written in another form than JSON', () => {
    const over: Serializer<unknown> = {
      serialize: event => Buffer.from([(event as Order).id]),
      deserialize: bytes => ({ id: bytes[0] }),
    }
    comesBack(schemaSerializer(order, { over }), { id: 7, note: '' })
  })

  it('tell the first few of many issues', () => {
    const issues = Array.from({ length: 5 }, (_, n) => ({ message: `issue ${n}` }))
    const never: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'by hand', validate: () => ({ issues }) } }
    expect(() => schemaSerializer(never).serialize(1)).toThrow('issue 0; issue 1; issue 2 (and 2 more)')
  })

  it('need a schema that does not wait', () => {
    const validate = async (): Promise<never> => Promise.reject(new Error('must not come up in the background'))
    const waits: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'slow', validate } }
    const message = expect.stringMatching(/schema of slow validates asynchronously/)
    const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT', message })
    expect(() => schemaSerializer(waits).serialize(1)).toThrow(refused)
    expect(() => schemaSerializer(waits).deserialize(Buffer.from('1'))).toThrow(refused)
  })
})
