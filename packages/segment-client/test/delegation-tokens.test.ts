import type { Controller } from '@pravega-ts/controller-client'
import { Deadline, ScopedSegment } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { DelegationTokens, tokenExpiry } from '../src/delegation-tokens.ts'

const segment = ScopedSegment.parse('s/t/0.#epoch.0')

function jwt(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`
}

describe('tokenExpiry', () => {
  it.each([
    ['', Number.POSITIVE_INFINITY],
    ['opaque', Number.POSITIVE_INFINITY],
    ['a.b', Number.POSITIVE_INFINITY],
    ['a.%%%.c', Number.POSITIVE_INFINITY],
    [jwt({ sub: 'x' }), Number.POSITIVE_INFINITY],
    [jwt({ exp: 'soon' }), Number.POSITIVE_INFINITY],
    [jwt({ exp: 1_700_000_000 }), 1_700_000_000],
    // In base64url this has characters that base64 has not.
    [jwt({ name: '\u00ff\u00fe?>', exp: 5 }), 5],
  ])('of %j is %d', (token, expires) => {
    expect(tokenExpiry(token)).toBe(expires)
  })
})

describe('DelegationTokens', () => {
  function setUp(): {
    tokens: DelegationTokens
    clock: { seconds: number }
    asked: string[]
    get(access?: 'read'): Promise<string>
  } {
    const clock = { seconds: 1_000 }
    const asked: string[] = []
    const controller: Pick<Controller, 'getDelegationToken'> = {
      getDelegationToken: async (stream, access) => {
        asked.push(`${stream} ${access}`)
        return jwt({ exp: clock.seconds + 600, n: asked.length })
      },
    }
    const tokens = new DelegationTokens(controller, 1_000, () => clock.seconds * 1_000)
    const get = async (access: 'read' | 'readWrite' = 'readWrite'): Promise<string> => {
      using deadline = new Deadline('getting a token', undefined, 1_000)
      return await tokens.get(segment, access, deadline)
    }
    return { tokens, clock, asked, get }
  }

  it('are asked for once for each stream and access, also by many at a time', async () => {
    const { asked, get } = setUp()
    const all = await Promise.all([get(), get(), get('read'), get()])
    expect(new Set(all).size).toBe(2)
    await get()
    expect(asked).toEqual(['s/t readWrite', 's/t read'])
  })

  it('are renewed five seconds before they expire', async () => {
    const { tokens, clock, asked, get } = setUp()
    const token = await get()
    clock.seconds += 594
    expect(tokens.isFresh(segment, 'readWrite', token)).toBe(true)
    expect(await get()).toBe(token)
    clock.seconds += 1
    expect(tokens.isFresh(segment, 'readWrite', token)).toBe(false)
    expect(await get()).not.toBe(token)
    expect(asked).toHaveLength(2)
  })

  it('that a segment store refused are forgotten, but not a newer one', async () => {
    const { tokens, asked, get } = setUp()
    const first = await get()
    tokens.forget(segment, 'readWrite', first)
    const second = await get()
    tokens.forget(segment, 'readWrite', first)
    expect(await get()).toBe(second)
    expect(asked).toHaveLength(2)
  })

  it('for a key-value table are asked for by the name in its segments, which a segment store compares', async () => {
    const { tokens, asked } = setUp()
    using deadline = new Deadline('getting a token', undefined, 1_000)
    await tokens.get(ScopedSegment.parse('s/words_kvtable/0.#epoch.0'), 'read', deadline)
    expect(asked).toEqual(['s/words_kvtable read'])
  })

  it('do not make others wait for the deadline of the first', async () => {
    let answer = (_: string): void => {}
    const controller = { getDelegationToken: () => new Promise<string>(resolve => (answer = resolve)) }
    const tokens = new DelegationTokens(controller, 1_000)
    using short = new Deadline('getting a token', { timeoutMs: 1 }, 1_000)
    using long = new Deadline('getting a token', undefined, 1_000)
    const first = tokens.get(segment, 'read', short)
    const second = tokens.get(segment, 'read', long)
    await expect(first).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    answer('late')
    expect(await second).toBe('late')
  })
})
