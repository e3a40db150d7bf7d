import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccessRule, fits, includes, parseRule, permissionOn } from '../../src/accounts/permissions.ts'
import {
  coversSegment,
  ownerResource,
  scopeResource,
  streamResource,
  tableResource,
} from '../../src/accounts/resources.ts'

const rules = (...texts: readonly string[]): AccessRule[] => texts.map(text => parseRule(text, 'here'))

describe('rules', () => {
  test.each([
    ['prn::*', ['prn::/', 'prn::/scope:s', 'prn::/scope:s/stream:x'], []],
    ['prn::/', ['prn::/'], ['prn::/scope:s']],
    ['prn::/*', ['prn::/', 'prn::/scope:s', 'prn::/scope:s/stream:x'], []],
    ['prn::/scope:s', ['prn::/scope:s'], ['prn::/scope:s/stream:x', 'prn::/scope:s2', 'prn::/']],
    [
      'prn::/scope:s/*',
      ['prn::/scope:s/stream:x', 'prn::/scope:s/reader-group:g'],
      ['prn::/scope:s', 'prn::/scope:t/stream:x'],
    ],
    ['prn::/scope:s/stream:x*', ['prn::/scope:s/stream:x', 'prn::/scope:s/stream:xy'], ['prn::/scope:s/stream:y']],
    ['prn::/scope:*/stream:x', ['prn::/scope:a/stream:x', 'prn::/scope:b/stream:x'], ['prn::/scope:a/stream:y']],
    ['prn::/scope:a.b', ['prn::/scope:a.b'], ['prn::/scope:axb']],
  ])('%s', (pattern, inside, outside) => {
    for (const resource of inside) expect(permissionOn(resource, rules(`${pattern},READ`))).toBe('READ')
    for (const resource of outside) expect(permissionOn(resource, rules(`${pattern},READ`))).toBe('NONE')
  })

  test('the first that fits decides, whatever comes later', () => {
    const list = rules('prn::/scope:s/stream:secret,NONE', 'prn::/scope:s/*,READ_UPDATE', 'prn::*,READ')
    expect(permissionOn(streamResource('s', 'secret'), list)).toBe('NONE')
    expect(permissionOn(streamResource('s', 'open'), list)).toBe('READ_UPDATE')
    expect(permissionOn(scopeResource('t'), list)).toBe('READ')
    expect(permissionOn(scopeResource('t'), [])).toBe('NONE')
  })

  test('a pattern fits what its stars can stand for', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/'), maxLength: 4 })
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), piece, fc.array(piece), (parts, filling, other) => {
        const reference = new RegExp(`^${parts.map(part => part.replaceAll('.', '\\.')).join('.*')}$`, 's')
        for (const text of [parts.join(filling), other.join(''), parts.join('')]) {
          expect(fits(parts.join('*'), text)).toBe(reference.test(text))
        }
      }),
    )
  })

  test.each(['prn::/scope:s', 'prn::/scope:s,WRITE', 'prn::/scope:s,READ,READ', '*,READ', 'scope:s,READ', ',READ', ''])(
    'refused: "%s"',
    text => {
      expect(() => parseRule(text, 'line 3 of passwd')).toThrow(
        expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining('line 3 of passwd') }),
      )
    },
  )

  test('a permission includes those below it', () => {
    expect(includes('READ_UPDATE', 'READ')).toBe(true)
    expect(includes('READ', 'READ')).toBe(true)
    expect(includes('READ', 'READ_UPDATE')).toBe(false)
    expect(includes('NONE', 'READ')).toBe(false)
  })
})

describe('resources', () => {
  test('an internal stream goes by what it belongs to', () => {
    expect(ownerResource('s', '_RGgroup')).toBe('prn::/scope:s/reader-group:group')
    expect(ownerResource('s', '_MARKx')).toBe('prn::/scope:s/stream:x')
    expect(ownerResource('s', '_MARK_RGgroup')).toBe('prn::/scope:s/reader-group:group')
    expect(ownerResource('s', 'x')).toBe('prn::/scope:s/stream:x')
  })

  test.each([
    ['prn::/scope:s/stream:x', 's/x/0.#epoch.0', true],
    ['prn::/scope:s/stream:x', 's/x/0.#epoch.0#transaction.00', true],
    ['prn::/scope:s/stream:x', 's/xy/0.#epoch.0', false],
    ['prn::/scope:s/stream:x', 's/x_kvtable/0.#epoch.0', false],
    [tableResource('s', 'x'), 's/x_kvtable/0.#epoch.0', true],
    [tableResource('s', 'x'), 's/x/0.#epoch.0', false],
    ['prn::/scope:s', 's/x/0.#epoch.0', true],
    ['prn::/scope:s', 's', true],
    ['prn::/scope:s', 'st/x/0.#epoch.0', false],
    ['*', 'anything', true],
    ['prn::*', 'anything', true],
    ['prn::', 'anything', false],
  ])('%s and segment %s: %s', (resource, segment, covered) => {
    expect(coversSegment(resource, segment)).toBe(covered)
  })
})
