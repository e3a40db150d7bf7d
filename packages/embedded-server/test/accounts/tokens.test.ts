import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { checkTokenOptions } from '../../src/accounts/check-token-options.ts'
import { openTokenAuthority, type TokenAuthority } from '../../src/accounts/token-authority.ts'
import { TestClock } from '../../src/index.ts'

/** Issued by Pravega 0.13 standalone, whose key is no secret: READ on stream mine/a, good from 1795281642 for 600 seconds. */
const OF_PRAVEGA =
  'eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJzZWdtZW50c3RvcmVyZXNvdXJjZSIsImF1ZCI6InNlZ21lbnRzdG9yZSIsImlhdCI6MTc5NTI4MTY0MiwicHJuOjovc2NvcGU6bWluZS9zdHJlYW06YSI6IlJFQUQiLCJleHAiOjE3OTUyODIyNDJ9.uzpOOC7yDnufRnTk9NUma-CkSUXPNGTZmOtpLwBRLsxdwv5qu2GJHvhiJtgV3JqTQef2PWHcrt1PI3kQFeDTBw'
const PRAVEGA_KEY = 'secret'
const ISSUED_S = 1_795_281_642
const segment = 'mine/a/0.#epoch.0'
const resource = 'prn::/scope:mine/stream:a'

async function authority(
  clock: TestClock,
  { key = 'k'.repeat(32), lifetimeMs }: { key?: string; lifetimeMs?: number } = {},
): Promise<TokenAuthority> {
  const settings = checkTokenOptions({ tokenLifetimeMs: lifetimeMs })
  return await openTokenAuthority({ ...settings, key: Buffer.from(key) }, clock)
}

function claimsOf(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

describe('a token of Pravega', () => {
  test('allows what it says, as long as it says', async () => {
    const clock = new TestClock(ISSUED_S * 1000)
    const tokens = await authority(clock, { key: PRAVEGA_KEY })
    const expiresAt = (ISSUED_S + 600) * 1000
    expect(tokens.check(OF_PRAVEGA, [segment], 'READ')).toEqual({ outcome: 'granted', user: '', expiresAt })
    expect(tokens.check(OF_PRAVEGA, [segment], 'READ_UPDATE')).toMatchObject({ outcome: 'refused' })
    expect(tokens.check(OF_PRAVEGA, [segment, 'mine/b/0.#epoch.0'], 'READ')).toMatchObject({ outcome: 'refused' })
    clock.advance(599_999)
    expect(tokens.check(OF_PRAVEGA, [segment], 'READ')).toMatchObject({ outcome: 'granted' })
    clock.advance(1)
    expect(tokens.check(OF_PRAVEGA, [segment], 'READ')).toMatchObject({ outcome: 'expired' })
  })

  test('of another server is refused', async () => {
    const tokens = await authority(new TestClock(ISSUED_S * 1000))
    expect(tokens.check(OF_PRAVEGA, [segment], 'READ')).toMatchObject({ outcome: 'refused' })
  })
})

describe('a token of our own', () => {
  test('looks like those of Pravega', async () => {
    const clock = new TestClock(ISSUED_S * 1000 + 999)
    const token = (await authority(clock)).issue('alice', [{ resource, permission: 'READ' }])
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ alg: 'HS512' })
    expect(claimsOf(token)).toEqual({ ...claimsOf(OF_PRAVEGA), user: 'alice' })
  })

  test('survives the server that issued it if the key does', async () => {
    const clock = new TestClock()
    const token = (await authority(clock)).issue('alice', [{ resource, permission: 'READ_UPDATE' }])
    expect((await authority(clock)).check(token, [segment], 'READ')).toMatchObject({
      outcome: 'granted',
      user: 'alice',
    })
    const other = await authority(clock, { key: 'x'.repeat(32) })
    expect(other.check(token, [segment], 'READ')).toMatchObject({ outcome: 'refused' })
  })

  test('never expires if it was told so', async () => {
    const clock = new TestClock()
    const tokens = await authority(clock, { lifetimeMs: Number.POSITIVE_INFINITY })
    const token = tokens.issue('alice', [{ resource, permission: 'READ' }])
    expect(claimsOf(token)).not.toHaveProperty('exp')
    clock.advance(1e12)
    expect(tokens.check(token, [segment], 'READ')).toMatchObject({ outcome: 'granted', expiresAt: undefined })
  })

  test('may have several claims', async () => {
    const tokens = await authority(new TestClock())
    const token = tokens.issue('alice', [
      { resource, permission: 'READ' },
      { resource: 'prn::/scope:mine/key-value-table:a', permission: 'READ_UPDATE' },
    ])
    expect(tokens.check(token, ['mine/a_kvtable/3.#epoch.0'], 'READ_UPDATE')).toMatchObject({ outcome: 'granted' })
    expect(tokens.check(token, [segment, 'mine/a_kvtable/3.#epoch.0'], 'READ')).toMatchObject({ outcome: 'granted' })
    expect(tokens.check(token, [segment], 'READ_UPDATE')).toMatchObject({ outcome: 'refused' })
  })
})

describe('refused', () => {
  const header = (text: object): string => Buffer.from(JSON.stringify(text)).toString('base64url')
  const claims = { sub: 'segmentstoreresource', aud: 'segmentstore', [resource]: 'READ_UPDATE' }
  const forged = (head: object, body: object, key: string, digest = 'sha512'): string => {
    const input = `${header(head)}.${header(body)}`
    return `${input}.${createHmac(digest, key).update(input).digest('base64url')}`
  }
  const key = 'k'.repeat(32)

  test.each([
    ['nothing', ''],
    ['garbage', 'a.b.c'],
    ['a text', 'let me in'],
    ['the algorithm none', `${header({ alg: 'none' })}.${header(claims)}.`],
    ['a weaker algorithm', forged({ alg: 'HS256' }, claims, key, 'sha256')],
    ['for somebody else', forged({ alg: 'HS512' }, { ...claims, aud: 'others' }, key)],
    ['no permission that there is', forged({ alg: 'HS512' }, { ...claims, [resource]: 'EVERYTHING' }, key)],
    ['too long', forged({ alg: 'HS512' }, { ...claims, filling: 'x'.repeat(20_000) }, key)],
  ])('%s', async (_, token) => {
    const tokens = await authority(new TestClock(), { key })
    expect(tokens.check(token, [segment], 'READ')).toMatchObject({ outcome: 'refused' })
  })

  test('for no segment at all', async () => {
    const tokens = await authority(new TestClock(), { key })
    const token = tokens.issue('alice', [{ resource: '*', permission: 'READ_UPDATE' }])
    expect(tokens.check(token, [], 'READ')).toMatchObject({ outcome: 'refused' })
  })

  test('a body that was changed', async () => {
    const tokens = await authority(new TestClock(), { key })
    const [head, , signature] = tokens.issue('alice', [{ resource, permission: 'READ' }]).split('.')
    expect(tokens.check(`${head}.${header(claims)}.${signature}`, [segment], 'READ')).toMatchObject({
      outcome: 'refused',
    })
  })
})

test.each([
  [{ tokenLifetimeMs: 999 }, 'tokenLifetimeMs'],
  [{ tokenLifetimeMs: Number.NaN }, 'tokenLifetimeMs'],
  [{ tokenKey: 'short and not to be shown' }, 'tokenKey'],
  [{ readerGroupsNeed: 'NONE' as never }, 'readerGroupsNeed'],
])('options that are refused: %o', (options, name) => {
  expect(() => checkTokenOptions(options)).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(name) }),
  )
  expect(() => checkTokenOptions(options)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('short and') }),
  )
})
