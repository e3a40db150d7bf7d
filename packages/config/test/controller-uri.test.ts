import { formatControllerUri, parseControllerUri } from '@pravega-ts/config'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

const a = { host: 'a', port: 1 }

describe('parseControllerUri', () => {
  it.each([
    ['tcp://a:1', { discovery: false, tls: false, endpoints: [a] }],
    ['tls://a:1', { discovery: false, tls: true, endpoints: [a] }],
    ['ssl://a:1', { discovery: false, tls: true, endpoints: [a] }],
    ['tcps://a:1', { discovery: false, tls: true, endpoints: [a] }],
    ['pravega://a:1', { discovery: true, tls: false, endpoints: [a] }],
    ['pravegas://a:1', { discovery: true, tls: true, endpoints: [a] }],
    ['a:1', { discovery: false, tls: false, endpoints: [a] }],
    ['TLS://a:1', { discovery: false, tls: true, endpoints: [a] }],
    [' tcp://a:1/ ', { discovery: false, tls: false, endpoints: [a] }],
    [
      'tcp://a:1,b.c-d:2, 10.0.0.1:3',
      {
        discovery: false,
        tls: false,
        endpoints: [a, { host: 'b.c-d', port: 2 }, { host: '10.0.0.1', port: 3 }],
      },
    ],
    [
      'pravegas://[::1]:9090,[2001:db8::7]:9091',
      {
        discovery: true,
        tls: true,
        endpoints: [
          { host: '::1', port: 9090 },
          { host: '2001:db8::7', port: 9091 },
        ],
      },
    ],
    ['[::1]:9090', { discovery: false, tls: false, endpoints: [{ host: '::1', port: 9090 }] }],
  ])('reads %s', (text, uri) => {
    expect(parseControllerUri(text)).toEqual(uri)
    expect(parseControllerUri(formatControllerUri(parseControllerUri(text)))).toEqual(uri)
  })

  it.each([
    '',
    'localhost',
    'tcp://',
    'tcp:/a:1',
    'tcp//a:1',
    'http://a:1',
    'tcp://a',
    'tcp://a:0',
    'tcp://a:65536',
    'tcp://a:1,',
    'tcp://a:1,,b:2',
    'tcp://a:1/path',
    'tcp://a:1?x=y',
    'tcp://::1:9090',
    'tcp://a:1,tls://b:2',
  ])('refuses %j and says what is allowed', text => {
    const message = refused(() => parseControllerUri(text))
    expect(message).toContain(`Option "controllerUri" is ${JSON.stringify(text)}; allowed is scheme://host:port`)
  })

  it('does not print what may be a password', () => {
    const message = refused(() => parseControllerUri('tcp://admin:hunter2@a:1'))
    expect(message).not.toContain('hunter2')
    expect(message).toContain('"credentials"')
  })
})

describe('formatControllerUri', () => {
  it.each(['tcp://a:1', 'tls://a:1,[::1]:2', 'pravega://a:1', 'pravegas://a:1,b:2'])('writes %s', text => {
    expect(formatControllerUri(parseControllerUri(text))).toBe(text)
  })
})
