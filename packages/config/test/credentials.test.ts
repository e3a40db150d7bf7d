import { inspect } from 'node:util'
import {
  basicCredentials,
  bearerCredentials,
  type Credentials,
  credentialsFrom,
  type TokenSource,
} from '@pravega-ts/config'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

function shown(credentials: Credentials): string {
  return inspect(credentials, { depth: null, showHidden: true }) + JSON.stringify(credentials)
}

describe('basicCredentials', () => {
  it('are the base64 of UTF-8 user and password', () => {
    expect(basicCredentials('admin', '1111_aaaa').authorization()).toBe('Basic YWRtaW46MTExMV9hYWFh')
    expect(basicCredentials('jörg', 'pä:ß').authorization()).toBe(
      `Basic ${Buffer.from('jörg:pä:ß', 'utf8').toString('base64')}`,
    )
    expect(basicCredentials('u', '').kind).toBe('Basic')
  })

  it('do not show the password', () => {
    expect(shown(basicCredentials('admin', 'hunter2'))).not.toMatch(/hunter2|Basic [A-Za-z0-9]/)
    expect(refused(() => basicCredentials('a:b', 'hunter2'))).not.toContain('hunter2')
    expect(refused(() => basicCredentials('', 'hunter2'))).toContain('user of basic credentials'.slice(1))
    expect(refused(() => basicCredentials('u', ['hunter2'] as unknown as string))).not.toContain('hunter2')
  })
})

describe('bearerCredentials', () => {
  it('hand out a ready-made token', () => {
    const credentials = bearerCredentials('abc.def')
    expect(credentials.authorization()).toBe('Bearer abc.def')
    expect(shown(credentials)).not.toContain('abc.def')
  })

  it('ask a function on each request and hand the options of the call to it', async () => {
    const asked: unknown[] = []
    const credentials = bearerCredentials(options => {
      asked.push(options)
      return Promise.resolve(`token-${asked.length}`)
    })
    const call = { timeoutMs: 5 }
    expect(await credentials.authorization(call)).toBe('Bearer token-1')
    expect(await credentials.authorization()).toBe('Bearer token-2')
    expect(asked).toEqual([call, undefined])
  })

  it.each(['', 'two words', 'line\nbreak', 'ünicode'])('refuse %j, and do not show it', async token => {
    const message = refused(() => bearerCredentials(token))
    expect(message).toContain('may be secret')
    if (token !== '') expect(message).not.toContain(token)
    await expect(bearerCredentials(() => token).authorization()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.not.stringMatching(/two words|ünicode/),
    })
  })
})

describe('credentialsFrom', () => {
  it('pass the header value on', async () => {
    const credentials = credentialsFrom(async () => 'MyMethod abc', 'vault')
    expect(credentials.kind).toBe('vault')
    expect(await credentials.authorization()).toBe('MyMethod abc')
    expect(credentialsFrom(() => 'a b').kind).toBe('custom')
  })

  it.each(['', 'token', 'My method abc', 'MyMethod a\r\nx: y'])('fail for %j', async value => {
    await expect(credentialsFrom(() => value).authorization()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('fail as the function does', async () => {
    const failure = new Error('vault is sealed')
    await expect(credentialsFrom(() => Promise.reject(failure)).authorization()).rejects.toBe(failure)
    expect(refused(() => credentialsFrom('Basic abc' as unknown as TokenSource))).not.toContain('abc')
  })
})
