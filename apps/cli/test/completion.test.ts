import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ClientFactory } from '@pravega-ts/client'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pravega } from './pravega.ts'

let server: EmbeddedServer
let folder: string
beforeAll(async () => {
  server = await EmbeddedServer.start()
  const controller = server.controllerUri
  for (const stream of ['shop/orders', 'shop/refunds', 'office/mail']) {
    await pravega(['stream', 'create', stream, '--create-scope'], { controller })
  }
  folder = await mkdtemp(join(tmpdir(), 'pravega-cli-'))
  await symlink(fileURLToPath(new URL('../bin/pravega.mjs', import.meta.url)), join(folder, 'pravega'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function complete(...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await pravega(['__complete', ...words], { controller: server.controllerUri })
  expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' })
  const lines = stdout.toString().split('\n').slice(0, -1)
  return lines.map(line => line.slice(0, line.indexOf('\t'))).sort()
}

it('knows commands, flags and fixed values', async () => {
  expect(await complete('')).toEqual([
    'bytes',
    'completion',
    'event',
    'reader-group',
    'scope',
    'server',
    'stream',
    'txn',
  ])
  expect(await complete('stream', 'tr')).toEqual(['truncate'])
  expect(await complete('--json', 'stream', 'tr')).toEqual(['truncate'])
  expect(await complete('stream', 'create', 'a/b', '--scale-')).toEqual([
    '--scale-by-data',
    '--scale-by-events',
    '--scale-factor',
  ])
  expect(await complete('bytes', 'read', 'a/b', '--from', 't')).toEqual(['tail'])
  expect(await complete('txn', 'commit', 'a/b', 'id', '--timestamp', '')).toEqual(['now'])
  expect(await complete('nonsense', '')).toEqual([])
})

it('asks the server for scopes and streams', async () => {
  expect(await complete('scope', 'delete', '')).toEqual(expect.arrayContaining(['office', 'shop']))
  expect(await complete('bytes', 'read', 'sh')).toEqual(['shop/'])
  expect(await complete('bytes', 'read', 'shop/')).toEqual(['shop/orders', 'shop/refunds'])
  expect(await complete('bytes', 'read', 'shop/r')).toEqual(['shop/refunds'])
  expect(await complete('txn', 'begin', 'shop/o')).toEqual(['shop/orders'])
  expect(await complete('bytes', 'read', 'absent/')).toEqual([])
})

it('asks the server for reader groups', async () => {
  const controller = server.controllerUri
  for (const group of ['shop/billing', 'shop/report']) {
    await pravega(['reader-group', 'create', group, '--stream', 'shop/orders'], { controller })
  }
  expect(await complete('reader-group', 'describe', 'sh')).toEqual(['shop/'])
  expect(await complete('reader-group', 'reset', 'shop/b')).toEqual(['shop/billing'])
  expect(await complete('event', 'read', 'shop/orders', '--group', 'shop/')).toEqual(['shop/billing', 'shop/report'])
  expect(await complete('reader-group', 'create', 'shop/new', '--stream', 'shop/o')).toEqual(['shop/orders'])
  expect(await complete('reader-group', 'create', 'shop/new', '--to', 'n')).toEqual(['never'])
})

it('asks the server for the readers of a group', async () => {
  await using factory = await ClientFactory.create(server.controllerUri)
  for (const stateStore of ['log', 'table'] as const) {
    const name = `shop/group-${stateStore}`
    await using group = await factory.createReaderGroup(name, { streams: ['shop/orders'], stateStore })
    await using _one = await group.createReader({ readerId: 'r-1' })
    await using _two = await group.createReader({ readerId: 'r-2' })
    await using _other = await group.createReader({ readerId: 's' })
    const words = ['reader-group', 'offline', '--state-store', stateStore, '--timeout', 'a/b', name]
    expect(await complete(...words, '')).toEqual(expect.arrayContaining(['r-1', 'r-2', 's']))
    expect(await complete(...words, 's')).toEqual(['s'])
    expect(await complete(...words, 'r-')).toEqual(['r-1', 'r-2'])
  }
  expect(await complete('reader-group', 'offline', 'shop/absent', 's')).toEqual([])
})

it('asks the server that the command line names, and keeps quiet when nobody is there', async () => {
  const words = ['stream', 'info', '--controller', 'tcp://127.0.0.1:1', 'shop/']
  expect(await complete(...words)).toEqual([])
})

it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async shell => {
  const { code, stdout } = await pravega(['completion', shell])
  expect(code).toBe(0)
  expect(stdout.toString()).toContain('pravega')
  expect(stdout.toString()).toContain('__complete')
})

it.runIf(spawnSync('bash', ['--version']).status === 0)('completes in bash, words with colons included', async () => {
  const line = `pravega stream info --controller ${server.controllerUri} shop/o`
  const script = `source <(pravega completion bash)
COMP_LINE="$1"; COMP_POINT=\${#COMP_LINE}; _pravega; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', line], {
    env: { ...process.env, PATH: [folder, dirname(process.execPath), process.env.PATH].join(delimiter) },
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'shop/orders\n', stderr: '' })
})
