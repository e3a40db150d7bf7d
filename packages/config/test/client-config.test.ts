import {
  basicCredentials,
  type ClientConfigOptions,
  type Logger,
  parseControllerUri,
  resolveClientConfig,
  silentLogger,
} from '@pravega-ts/config'
import { describe, expect, it } from 'vitest'
import { refused } from './refused.ts'

const none = {}

function refusedOptions(options: unknown): string {
  return refused(() => resolveClientConfig(options as ClientConfigOptions, none))
}

describe('resolveClientConfig', () => {
  it('has a default for everything', () => {
    expect(resolveClientConfig({}, none)).toEqual({
      controllerUri: { discovery: false, tls: false, endpoints: [{ host: 'localhost', port: 9090 }] },
      tls: { controller: false, segmentStore: false, validateHostName: true },
      timeouts: {
        connectMs: 5_000,
        requestMs: 30_000,
        controllerMs: 130_000,
        idleReadMs: 180_000,
        keepAliveMs: 10_000,
        closeMs: 30_000,
      },
      retry: { initialDelayMs: 1, multiplier: 10, maxDelayMs: 5_000, attempts: 8, jitter: 0.2 },
      maxConnectionsPerSegmentStore: 10,
      logger: silentLogger,
    })
    expect(resolveClientConfig(undefined, none)).toEqual(resolveClientConfig({}, none))
  })

  it('takes a controller URI alone', () => {
    expect(resolveClientConfig('tls://a:1', none)).toEqual(resolveClientConfig({ controllerUri: 'tls://a:1' }, none))
  })

  it('takes every option', () => {
    const credentials = basicCredentials('user', 'password')
    const logger: Logger = { ...silentLogger }
    const options: ClientConfigOptions = {
      controllerUri: parseControllerUri('pravegas://a:1,[::1]:2'),
      credentials,
      tls: { segmentStore: false, validateHostName: false },
      timeouts: { connectMs: 1, requestMs: 2, controllerMs: 3, idleReadMs: 4, keepAliveMs: 5, closeMs: 6 },
      retry: { initialDelayMs: 0, multiplier: 1, maxDelayMs: 0, attempts: Number.POSITIVE_INFINITY, jitter: 1 },
      maxConnectionsPerSegmentStore: 1,
      logger,
    }
    expect(resolveClientConfig(options, none)).toEqual({
      ...options,
      tls: { controller: true, segmentStore: false, validateHostName: false },
    })
    expect(resolveClientConfig(options, none).credentials).toBe(credentials)
    expect(resolveClientConfig(options, none).logger).toBe(logger)
  })

  it('fills a group up with defaults; undefined is the default', () => {
    const config = resolveClientConfig(
      { timeouts: { requestMs: 7, connectMs: undefined }, retry: { attempts: 3 }, tls: { ca: undefined } },
      none,
    )
    expect(config.timeouts).toMatchObject({ requestMs: 7, connectMs: 5_000, closeMs: 30_000 })
    expect(config.retry).toMatchObject({ attempts: 3, multiplier: 10 })
  })

  it('makes something that cannot be changed', () => {
    const config = resolveClientConfig('tls://a:1', none)
    for (const part of [
      config,
      config.tls,
      config.timeouts,
      config.retry,
      config.controllerUri,
      config.controllerUri.endpoints,
      config.controllerUri.endpoints[0],
    ]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('takes what it made, also changed in parts', () => {
    for (const uri of ['tcp://a:1', 'pravegas://a:1,b:2']) {
      const config = resolveClientConfig(uri, none)
      expect(resolveClientConfig(config, none)).toEqual(config)
      expect(resolveClientConfig({ ...config, retry: { ...config.retry, attempts: 2 } }, none).retry.attempts).toBe(2)
    }
  })

  it.each<[string, unknown, string, string]>([
    ['timeouts.connectMs', { timeouts: { connectMs: 0 } }, '0', 'a whole number of milliseconds from 1 to 2147483647'],
    ['timeouts.closeMs', { timeouts: { closeMs: 1.5 } }, '1.5', 'a whole number of milliseconds'],
    ['timeouts.requestMs', { timeouts: { requestMs: Number.POSITIVE_INFINITY } }, 'Infinity', 'a whole number of'],
    ['timeouts.idleReadMs', { timeouts: { idleReadMs: '5s' } }, '"5s"', 'a whole number of milliseconds'],
    ['timeouts.keepAliveMs', { timeouts: { keepAliveMs: 2 ** 31 } }, '2147483648', 'a whole number of milliseconds'],
    ['timeouts', { timeouts: 5 }, '5', 'an object with options'],
    ['retry.attempts', { retry: { attempts: 0 } }, '0', 'a whole number above 0, or Infinity'],
    ['retry.attempts', { retry: { attempts: 2.5 } }, '2.5', 'a whole number above 0, or Infinity'],
    ['retry.multiplier', { retry: { multiplier: 0.5 } }, '0.5', 'a number of at least 1'],
    ['retry.multiplier', { retry: { multiplier: Number.POSITIVE_INFINITY } }, 'Infinity', 'a number of at least 1'],
    ['retry.jitter', { retry: { jitter: 1.1 } }, '1.1', 'a number from 0 to 1'],
    ['retry.initialDelayMs', { retry: { initialDelayMs: -1 } }, '-1', 'a number of milliseconds from 0'],
    ['retry.maxDelayMs', { retry: { maxDelayMs: Number.NaN } }, 'NaN', 'a number of milliseconds from 0'],
    ['maxConnectionsPerSegmentStore', { maxConnectionsPerSegmentStore: 0 }, '0', 'a whole number above 0'],
    ['logger', { logger: { info() {} } }, 'an object', 'the methods trace, debug, info, warn, error and fatal'],
    ['controllerUri', { controllerUri: 7 }, '7', 'a text like "tcp://localhost:9090"'],
    ['controllerUri', { controllerUri: { tls: true } }, 'an object', 'what parseControllerUri() returns'],
    ['tls.controller', { tls: { controller: 'yes' } }, '"yes"', 'true or false'],
    ['tls.ca', { tls: { ca: [] } }, 'an array', 'a PEM text, the path of a file or folder'],
    ['tls.cert', { tls: { cert: '' } }, '""', 'a text that is not empty'],
  ])('names %s when it is wrong: %j', (name, options, value, allowed) => {
    const message = refusedOptions(options)
    expect(message).toContain(`Option "${name}" is ${value}; allowed is `)
    expect(message).toContain(allowed)
  })

  it('knows no other options, and says which it knows', () => {
    expect(refusedOptions({ controllerURI: 'tcp://a:1' })).toBe(
      'Option "controllerURI" does not exist; the options here are controllerUri, credentials, tls, timeouts, retry, maxConnectionsPerSegmentStore, logger.',
    )
    expect(refusedOptions({ retry: { retries: 5 } })).toBe(
      'Option "retry.retries" does not exist; the options here are initialDelayMs, multiplier, maxDelayMs, attempts, jitter.',
    )
    expect(refusedOptions({ tls: { trustStore: 'x' } })).toContain('validateHostName')
    expect(refusedOptions({ timeouts: { readMs: 1 } })).toContain('idleReadMs')
  })

  it('is made of options or a URI, of nothing else', () => {
    for (const options of [5, null, true, ['tcp://a:1'], () => {}]) {
      expect(refusedOptions(options)).toContain('an object with options')
    }
  })

  it('checks the endpoints of a URI that is an object', () => {
    const endpoints = [{ host: 'a b', port: 1 }]
    expect(refusedOptions({ controllerUri: { discovery: false, tls: false, endpoints } })).toContain('"tcp://a b:1"')
    refusedOptions({ controllerUri: { discovery: false, tls: false, endpoints: [{ host: 'a', port: 0 }] } })
  })

  it('prints no secrets', () => {
    const messages = [
      refusedOptions({ credentials: { user: 'u', password: 'hunter2' } }),
      refusedOptions({ credentials: 'hunter2' }),
      refusedOptions({ password: 'hunter2' }),
      refusedOptions({ tls: { passphrase: ['hunter2'] } }),
      refusedOptions({ tls: { key: { pem: 'hunter2' } } }),
      refusedOptions({ controllerUri: 'tcp://u:hunter2@a:1' }),
    ]
    for (const message of messages) expect(message).not.toContain('hunter2')
  })
})
