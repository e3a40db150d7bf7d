import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashPassword } from '@pravega-ts/embedded-server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identity } from '../../../tools/testing/certificates.ts'
import { jsonLines, type Outcome, outcomeOf, pravega, start } from './pravega.ts'

const FREE = ['--controller-port=0', '--segment-store-port=0']

let folder: string
let running: ChildProcessWithoutNullStreams[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pravega-cli-'))
  running = []
})
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await rm(folder, { recursive: true, force: true })
})

interface Ready {
  readonly child: ChildProcessWithoutNullStreams
  readonly outcome: Promise<Outcome>
  readonly controllerUri: string
  readonly data: unknown
  readonly http: string | undefined
}

async function serve(...flags: string[]): Promise<Ready> {
  const child = start(['server', ...FREE, '--json', ...flags])
  running.push(child)
  const outcome = outcomeOf(child)
  const line = await Promise.race([
    once(child.stdout, 'data').then(([data]) => String(data)),
    outcome.then(({ code, stderr }) => Promise.reject(new Error(`the server ended with ${code}: ${stderr}`))),
  ])
  const [told] = jsonLines(line) as [Pick<Ready, 'controllerUri' | 'data' | 'http'>]
  return { child, outcome, ...told }
}

it('keeps what it has acknowledged when it is killed, and says what it found', async () => {
  const data = join(folder, 'data')
  const first = await serve('--data', data)
  expect(first.data).toMatchObject({ directory: data, recovery: { segments: 0, scannedBytes: 0 } })
  const input = Buffer.from('one\ntwo\n')
  const write = ['event', 'write', 'demo/lines', '--create', '--routing-key', 'k']
  expect((await pravega(write, { controller: first.controllerUri, input })).code).toBe(0)
  first.child.kill('SIGKILL')
  await first.outcome

  const second = await serve('--data', data)
  const { recovery } = second.data as { recovery: { segments: number } }
  expect(recovery.segments).toBeGreaterThan(0)
  const { stdout } = await pravega(['event', 'read', 'demo/lines'], { controller: second.controllerUri })
  expect(stdout.toString()).toBe('one\ntwo\n')
  second.child.kill('SIGTERM')
  expect(await second.outcome).toMatchObject({ code: 0, stderr: '' })

  // Closed properly, there is nothing to look through.
  const third = await serve('--data', data)
  expect(third.data).toMatchObject({ recovery: { scannedBytes: 0 } })
})

it('lets no second server work on the same data', async () => {
  const data = join(folder, 'data')
  await serve('--data', data)
  const { code, stderr } = await pravega(['server', ...FREE, '--data', data])
  expect(code).toBe(4)
  expect(stderr).toMatch(/^error: .*in use.*\n.*--data/)
  expect(stderr).toContain(data)
})

it('serves those with an account, over TLS, and nobody else', async () => {
  const [cert, key, accounts, password] = ['cert.pem', 'key.pem', 'accounts', 'password'].map(name =>
    join(folder, name),
  ) as [string, string, string, string]
  const made = await identity(['localhost'])
  await writeFile(cert, made.cert)
  await writeFile(key, made.key)
  await writeFile(accounts, `me:${await hashPassword('s3cret')}:prn::*,READ_UPDATE\n`)
  await writeFile(password, 's3cret\n')
  const tls = ['--tls-cert', cert, '--tls-key', key]
  const { controllerUri } = await serve('--accounts', accounts, ...tls, '--published-host', 'localhost')
  expect(controllerUri).toMatch(/^tls:\/\/localhost:/)
  const who = ['--auth-user', 'me', '--auth-password-file', password]
  const as = (...flags: string[]): Promise<Outcome> =>
    pravega(['scope', 'create', 'demo', '--ca', cert, ...flags], { controller: controllerUri })
  expect(await as()).toMatchObject({ code: 4 })
  expect(await as(...who)).toMatchObject({ code: 0, stderr: '' })
})

it('tells over HTTP how it is', async () => {
  const { http } = await serve('--http-port', '0')
  expect(await (await fetch(`${http}/health`)).json()).toMatchObject({ status: 'ok', storage: 'memory' })
  expect(await (await fetch(`${http}/metrics`)).text()).toContain('# TYPE')
})

it('scales streams at the times that it is given, and counts that', async () => {
  const times = ['--scaling-period', '20ms', '--scaling-cooldown', '20ms', '--scaling-cold-after', '20ms']
  const { controllerUri: controller, http } = await serve('--http-port', '0', ...times)
  const made = ['stream', 'create', 'demo/quiet', '--create-scope', '--segments', '2', '--scale-by-events', '10']
  expect((await pravega(made, { controller })).code).toBe(0)
  expect((await pravega(['stream', 'update', 'demo/quiet', '--segments', '1'], { controller })).code).toBe(0)
  await expect
    .poll(async () => (await fetch(`${http}/metrics`)).text(), { timeout: 10_000 })
    .toContain('pravega_scales_total{cause="policy",direction="down"} 1\n')
})

it('tells on standard error what it does, as JSON lines for programs', async () => {
  const { child, outcome } = await serve('--data', join(folder, 'data'), '--log-level', 'info')
  child.kill('SIGINT')
  const { code, stderr } = await outcome
  expect(code).toBe(0)
  const [line] = jsonLines(stderr)
  expect(line).toMatchObject({ level: 'info', message: expect.any(String), time: expect.stringMatching(/^\d{4}-/) })
})

it.each([
  [['--sync', 'never'], /--data/],
  [['--file-size', '1MiB'], /--data/],
  [['--tls-cert', 'cert.pem'], /--tls-key/],
  [['--http-host', '0.0.0.0'], /--http-port/],
  [['--data', 'x', '--sync', 'sometimes'], /always, never/],
  [['--data', 'x', '--file-size', '1KiB'], /fileBytes/],
  [['--log-level', 'loud'], /loud/],
])('refuses %j, and says why', async (flags, why) => {
  const { code, stderr } = await pravega(['server', ...FREE, ...flags])
  expect(code).toBe(2)
  expect(stderr).toMatch(why)
})
