import { describe, expect, test } from 'vitest'
import { type Accounts, accountsOf } from '../../src/accounts/account.ts'
import type { UserAccount } from '../../src/accounts/account-options.ts'
import { Authenticator } from '../../src/accounts/authenticator.ts'
import { hashPassword } from '../../src/accounts/password-hash.ts'
import { TestClock } from '../../src/index.ts'

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

async function hashed(name: string, password: string): Promise<UserAccount> {
  return { name, passwordHash: await hashPassword(password), permissions: ['prn::*,READ'] }
}

function over(current: Accounts): {
  source: { current: Accounts; close(): void }
  authenticator: Authenticator
  clock: TestClock
} {
  const source = { current, close() {} }
  const clock = new TestClock()
  return { source, clock, authenticator: new Authenticator(source, clock) }
}

describe('credentials', () => {
  test.each([
    ['right', basic('alice', 'with:colon'), { outcome: 'account', account: { name: 'alice' } }],
    ['right, plain password', basic('bob', 'plain'), { outcome: 'account', account: { name: 'bob' } }],
    ['wrong', basic('alice', 'wrong'), { outcome: 'wrong', user: 'alice' }],
    ['wrong, plain password', basic('bob', 'plain '), { outcome: 'wrong', user: 'bob' }],
    ['of nobody', basic('carol', 'with:colon'), { outcome: 'wrong', user: 'carol' }],
    ['of nobody, with no password', basic('carol', ''), { outcome: 'wrong', user: 'carol' }],
    ['of the one with another password', basic('bob', 'with:colon'), { outcome: 'wrong', user: 'bob' }],
    ['none', undefined, { outcome: 'none' }],
    ['of another method', 'Bearer abc', { outcome: 'none' }],
    ['of the method in small letters', basic('alice', 'with:colon').replace('Basic', 'basic'), { outcome: 'none' }],
    ['only a method', 'Basic', { outcome: 'none' }],
    ['not base64', 'Basic !!!', { outcome: 'unreadable' }],
    ['without a colon', `Basic ${Buffer.from('alice').toString('base64')}`, { outcome: 'unreadable' }],
  ])('%s', async (_, header, expected) => {
    const users = [await hashed('alice', 'with:colon'), { name: 'bob', password: 'plain', permissions: [] }]
    expect(await over(accountsOf(users)).authenticator.authenticate(header)).toMatchObject(expected)
  })

  test('count no more when the account is gone or has another password', async () => {
    const alice = await hashed('alice', 'old')
    const { authenticator, source } = over(accountsOf([alice]))
    const former = await authenticator.authenticate(basic('alice', 'old'))
    expect(former.outcome).toBe('account')
    source.current = accountsOf([await hashed('alice', 'new')])
    expect(await authenticator.authenticate(basic('alice', 'old'))).toEqual({ outcome: 'wrong', user: 'alice' })
    expect(await authenticator.authenticate(basic('alice', 'new'))).toMatchObject({ outcome: 'account' })
    source.current = accountsOf([])
    expect(await authenticator.authenticate(basic('alice', 'new'))).toEqual({ outcome: 'wrong', user: 'alice' })
  })

  test('are checked once, however many calls come with them', async () => {
    const { authenticator, clock } = over(accountsOf([await hashed('alice', 'secret')]))
    const header = basic('alice', 'secret')
    const first = await Promise.all(Array.from({ length: 1000 }, () => authenticator.authenticate(header)))
    expect(first.every(({ outcome }) => outcome === 'account')).toBe(true)
    clock.advance(600_000)
    expect(await authenticator.authenticate(header)).toMatchObject({ outcome: 'account' })
  })

  test('too many different ones at a time are not all checked', async () => {
    const { authenticator } = over(accountsOf([{ name: 'alice', password: 'secret', permissions: [] }]))
    const guesses = Array.from({ length: 300 }, (_, guess) =>
      authenticator.authenticate(basic('alice', `guess ${guess}`)),
    )
    const outcomes = (await Promise.all(guesses)).map(({ outcome }) => outcome)
    expect(outcomes.filter(outcome => outcome === 'wrong')).toHaveLength(256)
    expect(outcomes.filter(outcome => outcome === 'busy')).toHaveLength(44)
    expect(await authenticator.authenticate(basic('alice', 'secret'))).toMatchObject({ outcome: 'account' })
  })
})

test.each([
  ['neither password nor hash', { name: 'a', permissions: [] }],
  ['both', { name: 'a', password: 'x', passwordHash: 'x', permissions: [] }],
  ['a colon in the name', { name: 'a:b', password: 'x', permissions: [] }],
  ['no permissions', { name: 'a', password: 'x' }],
  ['a rule that is none', { name: 'a', password: 'x', permissions: ['all of it'] }],
])('accounts that are refused: %s', (_, user) => {
  expect(() => accountsOf([user as UserAccount])).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining('accounts.users[0]') }),
  )
})
