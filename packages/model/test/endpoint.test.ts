import { formatEndpoint, parseEndpoint } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

describe('endpoint', () => {
  it.each([
    ['localhost:9090', { host: 'localhost', port: 9090 }],
    ['segment_store-0.pravega.svc:12345', { host: 'segment_store-0.pravega.svc', port: 12345 }],
    ['10.0.0.1:1', { host: '10.0.0.1', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65535 }],
    ['[2001:db8::7]:9090', { host: '2001:db8::7', port: 9090 }],
  ])('reads and writes %s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint)
    expect(formatEndpoint(endpoint)).toBe(text)
  })

  it.each([
    ['', 'form host:port'],
    ['localhost', 'form host:port'],
    ['localhost:', 'form host:port'],
    [':9090', 'no host name'],
    ['localhost:0', 'not from 1 to 65535'],
    ['localhost:65536', 'not from 1 to 65535'],
    ['localhost:-1', 'form host:port'],
    ['localhost:9090 ', 'form host:port'],
    ['::1:9090', 'form host:port'],
    ['[localhost]:9090', 'no IPv6 address'],
    ['[::1]', 'form host:port'],
    ['a b:1', 'no host name'],
    ['user@host:1', 'no host name'],
  ])('refuses %j', (text, rule) => {
    expect(refused(() => parseEndpoint(text))).toContain(rule)
  })
})
