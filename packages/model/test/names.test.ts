import {
  isInternalName,
  keyValueTableSegmentOwner,
  PravegaError,
  readerGroupStreamName,
  ScopedStream,
  validateInternalScopeName,
  validateInternalStreamName,
  validateKeyValueTableName,
  validateReaderGroupName,
  validateReaderId,
  validateScopeName,
  validateServedStreamName,
  validateStreamName,
  validateWriterId,
  watermarkStreamName,
} from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

const USER_NAMES = [
  ['scope name', validateScopeName, 255],
  ['stream name', validateStreamName, 250],
  ['reader group name', validateReaderGroupName, 250],
  ['reader id', validateReaderId, 250],
  ['writer id', validateWriterId, 250],
  ['key-value table name', validateKeyValueTableName, 250],
] as const
const INTERNAL_NAMES = [
  ['scope name', validateInternalScopeName, 255],
  ['stream name', validateInternalStreamName, 255],
] as const

describe.each(USER_NAMES)('%s of a user', (kind, validate, longest) => {
  it('takes letters, digits, dots and dashes', () => {
    for (const name of ['a', 'Orders-2026.v1', '-', '.', '0', 'x'.repeat(longest)]) expect(validate(name)).toBe(name)
  })

  it('names the value, the rule and the remedy', () => {
    expect(refused(() => validate(''))).toBe(`${kind} "" is refused: it is empty. Give it at least one character.`)
    expect(refused(() => validate('a b'))).toContain(`${kind} "a b" is refused: only the letters a-z and A-Z`)
    expect(refused(() => validate('x'.repeat(longest + 1)))).toContain(
      `it has ${longest + 1} characters, more than the ${longest}`,
    )
    expect(refused(() => validate('_RGgroup'))).toContain('a leading underscore is reserved')
  })

  it('refuses everything else', () => {
    for (const name of ['a_b', 'a/b', 'a#b', 'ä', '٣', 'a\n', '\n', 'a\u0000', '😀', '__a'])
      refused(() => validate(name))
    refused(() => validate(7 as unknown as string))
  })
})

it('takes exactly the allowed characters', () => {
  const characters = fc.string({ unit: fc.integer({ min: 0, max: 0x17f }).map(code => String.fromCharCode(code)) })
  fc.assert(
    fc.property(characters, name => {
      if (/^[A-Za-z0-9.-]{1,250}$/.test(name)) expect(validateStreamName(name)).toBe(name)
      else expect(() => validateStreamName(name)).toThrow(PravegaError)
    }),
  )
})

describe.each(INTERNAL_NAMES)('%s on a server', (_kind, validate, longest) => {
  it('may have one leading underscore', () => {
    for (const name of ['a', '_system', '_RGgroup', '_MARKorders']) expect(validate(name)).toBe(name)
    expect(validate(`_${'x'.repeat(longest - 1)}`)).toHaveLength(longest)
  })

  it('has no other underscore and is not longer', () => {
    for (const name of ['', '_', '__a', 'a_b', '_a_', `_${'x'.repeat(longest)}`]) refused(() => validate(name))
  })
})

describe('names that Pravega makes', () => {
  it('are known where streams are named, but no others', () => {
    for (const name of ['_MARK_RGgroup', '_MARKorders', 'prices_kvtable', '_RGgroup', `_MARK_RG${'x'.repeat(250)}`]) {
      expect(validateServedStreamName(name)).toBe(name)
      expect(String(new ScopedStream('s', name))).toBe(`s/${name}`)
    }
    for (const name of ['', '_', 'a_b', '_MARK__a', 'a_kvtable_b', `_MARK_RG${'x'.repeat(251)}`]) {
      refused(() => validateServedStreamName(name))
      refused(() => new ScopedStream('s', name))
    }
  })

  it('start with an underscore', () => {
    expect(readerGroupStreamName('group')).toBe('_RGgroup')
    expect(watermarkStreamName('orders')).toBe('_MARKorders')
    expect(keyValueTableSegmentOwner('prices')).toBe('prices_kvtable')
    expect(isInternalName('_RGgroup')).toBe(true)
    expect(isInternalName('orders')).toBe(false)
  })

  it('fit for the longest names of users', () => {
    expect(watermarkStreamName('x'.repeat(250))).toHaveLength(255)
  })
})

describe('ScopedStream', () => {
  it('reads what it writes', () => {
    const stream = ScopedStream.parse('shop/orders')
    expect(stream).toMatchObject({ scope: 'shop', stream: 'orders' })
    expect(String(stream)).toBe('shop/orders')
    expect(JSON.stringify({ stream })).toBe('{"stream":"shop/orders"}')
    expect(stream.equals(new ScopedStream('shop', 'orders'))).toBe(true)
    expect(stream.equals(new ScopedStream('shop', 'returns'))).toBe(false)
    expect(stream.equals(new ScopedStream('other', 'orders'))).toBe(false)
    expect(String(ScopedStream.parse('_system/_requeststream'))).toBe('_system/_requeststream')
  })

  it('cannot be changed', () => {
    const stream = new ScopedStream('shop', 'orders') as { scope: string }
    expect(() => {
      stream.scope = 'other'
    }).toThrow(TypeError)
  })

  it.each(['', 'orders', '/', 'shop/', '/orders', 'shop/orders/0', 'a b/c', 'a/b c'])('refuses %j', text => {
    refused(() => ScopedStream.parse(text))
  })
})
