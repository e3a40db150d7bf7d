import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePasswordFile } from '../../src/accounts/password-file.ts'
import { formatPasswordHash, hashPassword, isPasswordOf, parsePasswordHash } from '../../src/accounts/password-hash.ts'

/** Made by Pravega 0.13's own class for it. */
const OF_1111_AAAA =
  '353030303a336564306664333739636563656338323461386433623433653335666635356665626666333231356266323032333836643839323737336436633238303235613a3666636161653466376333666238313565656235306366636530363537356334353666616438306531656664326536356665323235303332613463323431386133623561316633636338623334386231663737333062313530666566666337386561636233323334326163653161663831376363303032353266313032626436'

describe('password hashes', () => {
  test('one of Pravega', async () => {
    const hash = parsePasswordHash(OF_1111_AAAA, 'here')
    expect(hash.iterations).toBe(5000)
    expect([hash.salt.byteLength, hash.hash.byteLength]).toEqual([32, 64])
    expect(await isPasswordOf('1111_aaaa', hash)).toBe(true)
    expect(await isPasswordOf('1111_aaab', hash)).toBe(false)
    expect(formatPasswordHash(hash)).toBe(OF_1111_AAAA)
  })

  test('one of our own, with a salt of its own', async () => {
    const [one, other] = await Promise.all([hashPassword('pass:wörd'), hashPassword('pass:wörd')])
    expect(one).not.toBe(other)
    expect(await isPasswordOf('pass:wörd', parsePasswordHash(one, 'here'))).toBe(true)
  })

  test.each([
    ['no hex', 'xyz'],
    ['nothing', ''],
    ['no rounds', hex('0:00:00112233445566778899aabbccddeeff')],
    ['rounds without end', hex('99999999:00:00112233445566778899aabbccddeeff')],
    ['a short hash', hex('5000:00:0011')],
    ['no salt', hex('5000::00112233445566778899aabbccddeeff')],
  ])('refused without being shown: %s', (_, text) => {
    expect(() => parsePasswordHash(text, 'line 1 of passwd')).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: 'line 1 of passwd: the password hash cannot be read (not shown); make one with hashPassword()',
      }),
    )
  })
})

describe('a password file', () => {
  test('has a line for each account', () => {
    const text = [
      '# accounts',
      `admin:${OF_1111_AAAA}:prn::*,READ_UPDATE`,
      '',
      `reader:${OF_1111_AAAA}:prn::/,READ;prn::/scope:orders/*, READ;`,
      `nobody:${OF_1111_AAAA}`,
      `empty:${OF_1111_AAAA}:`,
    ].join('\r\n')
    const accounts = parsePasswordFile(text, 'passwd')
    expect([...accounts.keys()]).toEqual(['admin', 'reader', 'nobody', 'empty'])
    expect(accounts.get('reader')?.rules).toEqual([
      { pattern: 'prn::/', permission: 'READ' },
      { pattern: 'prn::/scope:orders/*', permission: 'READ' },
    ])
    expect(accounts.get('nobody')?.rules).toEqual([])
  })

  test.each([
    ['a rule without a permission', `a:${OF_1111_AAAA}:prn::*`, 'line 2 of passwd: "prn::*" is not a rule'],
    ['no hash', 'a', 'line 2 of passwd: the password hash cannot be read (not shown)'],
    ['no name', `:${OF_1111_AAAA}:prn::*,READ`, 'line 2 of passwd: "" cannot be the name of an account'],
    ['the same name twice', `first:${OF_1111_AAAA}`, 'line 2 of passwd: the account "first" is there twice'],
  ])('refused with the line: %s', (_, line, message) => {
    expect(() => parsePasswordFile(`first:${OF_1111_AAAA}\n${line}\n`, 'passwd')).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(message) }),
    )
  })

  test('whatever is in it, it is read or refused with INVALID_CONFIG', () => {
    const piece = fc.oneof(fc.constantFrom(':', ';', ',', '\n', '#', '*', 'prn::', 'READ', OF_1111_AAAA), fc.string())
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        try {
          for (const { name } of parsePasswordFile(pieces.join(''), 'passwd').values()) expect(name).not.toBe('')
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_CONFIG' })
        }
      }),
    )
  })
})

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}
