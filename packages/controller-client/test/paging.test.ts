import { PravegaError, ScopedStream } from '@pravega-ts/model'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Controller, createController } from '../src/index.ts'
import { config } from './support/config.ts'
import { type Received, TestServer } from './support/test-server.ts'

let server: TestServer
let controller: Controller

beforeAll(async () => {
  server = await TestServer.start(() => ({ response: {} }))
  controller = createController(config(server.uri))
})
afterAll(async () => {
  await controller.close({ force: true })
  await server.stop()
})

const token = ({ request }: Received) => (request.continuationToken as { token?: string }).token ?? ''

/** Answers with these pages one after the other, then with empty ones; the token counts. */
function serve(...pages: readonly (readonly string[])[]): void {
  server.answer((call, count) => {
    const next = pages[count - 1] ?? []
    expect(token(call)).toBe(count === 1 ? '' : `t${count - 1}`)
    const continuationToken = { token: `t${count}` }
    const streams = next.map(stream => ({ scope: 's', stream }))
    switch (call.method) {
      case 'listScopes':
        return { response: { scopes: next, continuationToken } }
      case 'listKeyValueTablesInScope':
        return { response: { kvtables: next.map(kvtName => ({ scope: 's', kvtName })), continuationToken } }
      default:
        return { response: { streams, continuationToken, status: 'SUCCESS' } }
    }
  })
}

async function all<T>(items: AsyncIterable<T>): Promise<string[]> {
  const found: string[] = []
  for await (const item of items) found.push(String(item))
  return found
}

describe('a listing', () => {
  test('goes on over short pages to the first empty one', async () => {
    serve(['a', 'b', 'c'], ['d'], ['e', 'f'])
    expect(await all(controller.listStreams('s'))).toEqual(['s/a', 's/b', 's/c', 's/d', 's/e', 's/f'])
    expect(server.calls).toHaveLength(4)
  })

  test('leaves out what is internal, also when a page has nothing else', async () => {
    serve(['_MARKa', '_RGx'], ['a'], ['_MARK_RGx'])
    expect(await all(controller.listStreams('s'))).toEqual(['s/a'])
  })

  test('has what is internal when that is wanted', async () => {
    serve(['_MARKa', 'a'])
    expect(await all(controller.listStreams('s', { includeInternal: true }))).toEqual(['s/_MARKa', 's/a'])
  })

  test('of scopes leaves out _system unless it is wanted', async () => {
    serve(['_system', 'shop'], ['lab'])
    expect(await all(controller.listScopes())).toEqual(['shop', 'lab'])
    serve(['_system', 'shop'])
    expect(await all(controller.listScopes({ includeInternal: true }))).toEqual(['_system', 'shop'])
  })

  test('by tag asks with the tag on each page', async () => {
    serve(['a'], ['b'])
    expect(await all(controller.listStreamsForTag('s', 'red'))).toEqual(['s/a', 's/b'])
    expect(server.calls.map(call => call.request.tag)).toEqual(['red', 'red', 'red'])
  })

  test('of tables has their names', async () => {
    serve(['t'])
    const tables = []
    for await (const table of controller.listKeyValueTables('s')) tables.push(table)
    expect(tables).toEqual([{ scope: 's', name: 't' }])
  })

  test('asks for a page when its first item is wanted, and for none after a break', async () => {
    serve(['a', 'b'], ['c'], ['d'])
    for await (const stream of controller.listStreams('s')) if (String(stream) === 's/c') break
    expect(server.calls).toHaveLength(2)
  })

  test('begins anew with each iteration', async () => {
    const streams = controller.listStreams('s')
    serve(['a'])
    expect(await all(streams)).toEqual(['s/a'])
    serve(['b'])
    expect(await all(streams)).toEqual(['s/b'])
  })

  test('ends when the token does not change, instead of going round', async () => {
    server.answer(() => ({
      response: { streams: [{ scope: 's', stream: 'a' }], continuationToken: { token: 'same' } },
    }))
    expect(await all(controller.listStreams('s'))).toEqual(['s/a', 's/a'])
    expect(server.calls).toHaveLength(2)
  })

  test('ends when there is no token', async () => {
    server.answer(() => ({ response: { streams: [{ scope: 's', stream: 'a' }] } }))
    expect(await all(controller.listStreams('s'))).toEqual(['s/a'])
  })

  test('of an unknown scope fails', async () => {
    server.answer(() => ({ response: { status: 'SCOPE_NOT_FOUND' } }))
    await expect(all(controller.listStreams('s'))).rejects.toMatchObject({ code: 'SCOPE_NOT_FOUND' })
  })

  test('that is ended while a page is under way ends that call', async () => {
    const asked = new Promise<Received>(resolve => {
      server.answer(call => {
        resolve(call)
        return new Promise(() => {})
      })
    })
    const iterator = controller.listStreams('s')[Symbol.asyncIterator]()
    const next = iterator.next()
    const call = await asked
    await iterator.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    await call.cancelled
  })

  test('ends with the signal of the caller', async () => {
    const abort = new AbortController()
    serve(['a'], ['b'])
    const seen: ScopedStream[] = []
    const listing = (async () => {
      for await (const stream of controller.listStreams('s', { signal: abort.signal })) {
        seen.push(stream)
        abort.abort()
      }
    })()
    await expect(listing).rejects.toMatchObject({ code: 'ABORTED' })
    expect(seen).toEqual([new ScopedStream('s', 'a')])
  })

  test('of a scope with a bad name is refused before it begins', () => {
    expect(() => controller.listStreams('a_b')).toThrow(PravegaError)
  })
})
