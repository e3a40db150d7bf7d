import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { pravega } from './pravega.ts'

const UNAUTHENTICATED = '16'

let server: Http2Server
let controller: string
let folder: string
let seen: (string | undefined)[]

/** A controller that lets nobody in, and remembers who came. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pravega-cli-'))
  server = createServer()
  server.on('stream', (stream, headers) => {
    seen.push(headers.authorization)
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': UNAUTHENTICATED },
      { endStream: true },
    )
  })
  await new Promise<void>(settle => server.listen(0, '127.0.0.1', settle))
  controller = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  seen = []
})

const BASIC = `Basic ${Buffer.from('me:s3cret').toString('base64')}`

it.each([
  ['a password file', ['--auth-user', 'me', '--auth-password-file'], {}, 's3cret\nanother line', BASIC],
  ['a password in the environment', ['--auth-user', 'me'], { PRAVEGA_AUTH_PASSWORD: 's3cret' }, undefined, BASIC],
  ['a token file', ['--auth-token-file'], {}, 'abc.def.ghi\n', 'Bearer abc.def.ghi'],
  [
    'the variables of other clients',
    [],
    { pravega_client_auth_method: 'Basic', pravega_client_auth_username: 'me', pravega_client_auth_password: 's3cret' },
    undefined,
    BASIC,
  ],
  ['nothing', [], {}, undefined, undefined],
] as const)(
  'shows who it is by %s, and says what to do when that is refused',
  async (_, flags, env, content, header) => {
    const file = join(folder, 'secret')
    if (content !== undefined) await writeFile(file, content)
    const args = ['scope', 'list', ...flags, ...(content === undefined ? [] : [file])]
    const { code, stderr } = await pravega(args, { controller, env })
    expect(new Set(seen)).toEqual(new Set([header]))
    expect(code).toBe(4)
    expect(stderr).toContain('--auth-user')
    expect(stderr).not.toContain('s3cret')
  },
)
