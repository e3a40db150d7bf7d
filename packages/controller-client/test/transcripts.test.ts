import { status } from '@grpc/grpc-js'
import { PravegaError } from '@pravega-ts/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Controller, createController } from '../src/index.ts'
import { config } from './support/config.ts'
import { TestServer } from './support/test-server.ts'
import {
  DIFFERENT_REQUEST,
  type Entry,
  entries,
  expected,
  express,
  NOT_EXPRESSIBLE,
  REFUSED,
} from './support/transcripts.ts'
import { decode, encode, type Json, methods } from './support/wire-codec.ts'

let current: Entry
let controller: Controller
let server: TestServer

beforeAll(async () => {
  server = await TestServer.start(({ method }) => {
    if (method === 'checkStreamExists' && method !== current.method) return { response: { exists: true } }
    if (method !== current.method) return { code: status.UNIMPLEMENTED }
    if (server.called.filter(name => name === method).length > 1) return { response: {} }
    return current.response === undefined
      ? { code: current.code, details: current.details ?? '' }
      : { response: current.response }
  })
  controller = createController(config(server.uri, { retry: { attempts: 1 } }))
})

afterAll(async () => {
  await controller.close()
  await server.stop()
})

/** Through the codec, so that defaults and their absence are the same. A scale is made at another time than the recorded one. */
const normal = (type: string, { scaleTimestamp: _, ...json }: Json) => decode(type, encode(type, json))

const play = async (entry: Entry) => {
  current = entry
  server.calls.length = 0
  return express[entry.method]?.(controller, entry.request).then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
}

const title = (entry: Entry) => [entry.id, entry.method, entry.note, entry] as const
const sendable = entries.filter(({ id }) => !(id in REFUSED) && !(id in NOT_EXPRESSIBLE))
const refused = entries.filter(({ id }) => id in REFUSED)

test.each(sendable.map(title))('%s %s: %s', async (id, method, _, entry) => {
  const outcome = await play(entry)
  const type = methods.get(method)?.request ?? ''
  const call = server.calls.find(received => received.method === method)
  const request = normal(type, call?.request ?? {})
  if (id in DIFFERENT_REQUEST) expect(request).not.toEqual(normal(type, entry.request))
  else expect(request).toEqual(normal(type, entry.request))
  const wanted = expected(entry)
  if ('error' in wanted) {
    expect(outcome).toMatchObject({ error: { code: wanted.error } })
    expect(PravegaError.is(outcome && 'error' in outcome && outcome.error)).toBe(true)
  } else expect(outcome).toEqual(wanted)
})

test.each(refused.map(title))('%s %s is not let out: %s', async (_, __, ___, entry) => {
  expect(await play(entry)).toMatchObject({ error: { code: 'INVALID_ARGUMENT', retriable: false } })
  expect(server.called).toEqual([])
})

test('what the client refuses, cannot express or words differently are recorded calls', () => {
  const ids = new Set(entries.map(entry => entry.id))
  expect(ids.size).toBe(419)
  for (const list of [REFUSED, NOT_EXPRESSIBLE, DIFFERENT_REQUEST]) {
    for (const [id, reason] of Object.entries(list)) expect(ids.has(id) && reason.length > 0, id).toBe(true)
  }
})

test('all 47 methods are among the recorded calls and in the interface', () => {
  expect(new Set(entries.map(entry => entry.method))).toEqual(new Set(Object.keys(express)))
  expect(Object.keys(express)).toHaveLength(47)
})
