import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { basicCredentials } from '@pravega-ts/config'
import { ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { expect, test } from 'vitest'
import type { EmbeddedServer, EmbeddedServerOptions } from '../../src/index.ts'
import { newDirectory } from '../support/data-directory.ts'
import { controllerOf, startServer } from '../support/embedded-server.ts'
import { RawClient } from '../support/raw-client.ts'
import { segmentInfo } from '../support/requests.ts'

const stream = new ScopedStream('scope', 'stream')
const accounts = { users: [{ name: 'admin', password: 'a', permissions: ['prn::*,READ_UPDATE'] }] }

function start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  return startServer({ accounts, ...options })
}

/** A token for the stream, which is made if it is not there. */
async function tokenOf(server: EmbeddedServer): Promise<string> {
  const controller = controllerOf(server, { credentials: basicCredentials('admin', 'a'), retry: {} })
  await controller.createScope(stream.scope)
  await controller.createStream(stream, streamConfiguration())
  const token = await controller.getDelegationToken(stream, 'read')
  await controller.close()
  return token
}

async function answerTo(delegationToken: string, server: EmbeddedServer): Promise<string> {
  const client = await RawClient.connect(server.segmentStoreEndpoint)
  const received = await client.ask({ ...segmentInfo(1n, `${stream}/0.#epoch.0`), delegationToken })
  client.destroy()
  return received === 'closed' ? received : received.command
}

test('tokens hold on the next server on the same directory, and on no other', async () => {
  const data = await newDirectory()
  const first = await start({ data })
  const token = await tokenOf(first)
  expect((await stat(join(data, 'token.key'))).mode & 0o777).toBe(0o600)
  await first.restart()
  expect(await answerTo(token, first)).toBe('StreamSegmentInfo')
  await first.close()
  expect(await answerTo(token, await start({ data }))).toBe('StreamSegmentInfo')
  expect(await answerTo(token, await start({ data: await newDirectory() }))).toBe('AuthTokenCheckFailed')
  expect(await answerTo(token, await start({}))).toBe('AuthTokenCheckFailed')
})

test('the key of the options goes before the one that is kept', async () => {
  const data = await newDirectory()
  const tokenKey = 'k'.repeat(32)
  const first = await start({ accounts: { ...accounts, tokenKey } })
  const token = await tokenOf(first)
  const second = await start({ data, accounts: { ...accounts, tokenKey } })
  await tokenOf(second)
  expect(await answerTo(token, second)).toBe('StreamSegmentInfo')
})

test('a key that is cut short is replaced; one that cannot be read keeps the server from starting', async () => {
  const data = await newDirectory()
  await writeFile(join(data, 'token.key'), 'short')
  await (await start({ data })).close()
  expect((await stat(join(data, 'token.key'))).size).toBe(64)
  const other = await newDirectory()
  await mkdir(join(other, 'token.key'))
  await expect(start({ data: other })).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  await start({ data: other, accounts: undefined })
})
