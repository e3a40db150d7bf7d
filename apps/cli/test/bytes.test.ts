import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedServer } from '@pravega-ts/embedded-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonLines, type Outcome, outcomeOf, pravega, type RunOptions, start } from './pravega.ts'

const MIB = 1024 * 1024

let server: EmbeddedServer
let folder: string
beforeAll(async () => {
  server = await EmbeddedServer.start()
  folder = await mkdtemp(join(tmpdir(), 'pravega-cli-'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return pravega(args, { controller: server.controllerUri, ...options })
}

async function succeed(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const { code, stdout, stderr } = await run(args, { ...(input && { input }) })
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 })
  return stdout
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

it('sends a file and brings it back, byte for byte', async () => {
  const [file, copy] = [join(folder, 'file'), join(folder, 'copy')]
  const data = randomBytes(9 * MIB + 17)
  await writeFile(file, data)
  expect((await succeed(['bytes', 'write', 'b1/x', file, '--create'])).toString()).toMatch(
    /^wrote 9\.0 MiB to b1\/x in /,
  )
  await succeed(['bytes', 'read', 'b1/x', '--output', copy])
  expect(sha256(await readFile(copy))).toBe(sha256(data))
  expect(sha256(await succeed(['bytes', 'read', 'b1/x']))).toBe(sha256(data))
})

it('sends what comes through a pipe, in pieces, at any size', async () => {
  const parts = [randomBytes(3 * MIB), Buffer.alloc(0), randomBytes(1), Buffer.from([0, 10, 13, 255])]
  for (const part of parts) await succeed(['bytes', 'write', 'b2/x', '-', '--create'], part)
  expect(sha256(await succeed(['bytes', 'read', 'b2/x']))).toBe(sha256(Buffer.concat(parts)))
})

it('reads parts, from any place', async () => {
  await succeed(['bytes', 'write', 'b3/x', '--create'], Buffer.from('0123456789'))
  const read = async (...args: string[]): Promise<string> =>
    (await succeed(['bytes', 'read', 'b3/x', ...args])).toString()
  expect(await read('--from=2', '--count=3')).toBe('234')
  expect(await read('--from=tail-4')).toBe('6789')
  expect(await read('--from', 'tail')).toBe('')
  expect(await read('--from=tail-100', '--count', '1')).toBe('0')
  expect(await read('--count=1KiB')).toBe('0123456789')

  const { stdout, stderr } = await run(['bytes', 'read', 'b3/x', '--from=8', '--json'])
  expect(stdout.toString()).toBe('89')
  expect(jsonLines(stderr)).toEqual([{ scope: 'b3', stream: 'x', from: '8', bytes: '2' }])
  expect((await run(['bytes', 'read', 'b3/x', '--from=11'])).code).toBe(4)
})

it('truncates and seals', async () => {
  const written = await succeed(['bytes', 'write', 'b4/x', '--create', '--json'], Buffer.from('0123456789'))
  expect(jsonLines(written)).toMatchObject([{ bytes: '10', tail: '10', sealed: false }])
  expect(jsonLines(await succeed(['bytes', 'truncate', 'b4/x', '4', '--json']))).toMatchObject([
    { head: '4', tail: '10' },
  ])
  expect((await succeed(['bytes', 'read', 'b4/x'])).toString()).toBe('456789')
  const below = await run(['bytes', 'read', 'b4/x', '--from=2'])
  expect(below.code).toBe(4)
  expect(below.stderr).toContain('4')
  await succeed(['bytes', 'truncate', 'b4/x', 'tail-2'])

  expect((await succeed(['bytes', 'seal', 'b4/x'])).toString()).toBe('sealed b4/x\n')
  expect(jsonLines(await succeed(['bytes', 'info', 'b4/x', '--json']))).toEqual([
    { scope: 'b4', stream: 'x', segment: '0.#epoch.0', head: '8', tail: '10', bytes: '2', sealed: true },
  ])
  expect((await run(['bytes', 'write', 'b4/x'], { input: Buffer.from('late') })).code).toBe(4)
  expect((await succeed(['bytes', 'read', 'b4/x', '--follow'])).toString()).toBe('89')
  await succeed(['bytes', 'truncate', 'b4/x', '9'])
  expect((await succeed(['bytes', 'read', 'b4/x'])).toString()).toBe('9')
})

it('follows what is written until it is sealed', async () => {
  await succeed(['bytes', 'write', 'b5/x', '--create'], Buffer.from('old '))
  const reader = start(['bytes', 'read', 'b5/x', '--follow'], { controller: server.controllerUri })
  const outcome = outcomeOf(reader)
  const [first] = await once(reader.stdout, 'data')
  expect(String(first)).toBe('old ')
  await succeed(['bytes', 'write', 'b5/x', '--seal'], Buffer.from('new'))
  expect(await outcome).toMatchObject({ code: 0, stderr: '' })
  expect((await outcome).stdout.toString()).toBe('old new')
})

it('goes on when the server comes back, and says what it waited for', async () => {
  await using own = await EmbeddedServer.start()
  const controller = own.controllerUri
  await pravega(['bytes', 'write', 'b12/x', '--create'], { controller, input: Buffer.from('before ') })
  const reader = start(['bytes', 'read', 'b12/x', '--follow'], { controller })
  const outcome = outcomeOf(reader)
  await once(reader.stdout, 'data')
  await own.restart()
  await pravega(['bytes', 'write', 'b12/x', '--seal'], { controller, input: Buffer.from('after') })
  const { code, stdout, stderr } = await outcome
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'before after' })
  expect(stderr).toMatch(/^warning: the reader of segment b12\/x\/0\.#epoch\.0 waits for a connection: .*\n$/)
})

it('does not wait for a server that is gone for longer than it was told', async () => {
  await using own = await EmbeddedServer.start()
  const controller = own.controllerUri
  await pravega(['bytes', 'write', 'b13/x', '--create'], { controller, input: Buffer.from('old ') })
  const reader = start(['bytes', 'read', 'b13/x', '--follow'], { controller })
  await once(reader.stdout, 'data')
  const writer = start(['bytes', 'write', 'b13/x', '--timeout=1s'], { controller })
  const outcome = outcomeOf(writer)
  writer.stdin.write('begun')
  await once(reader.stdout, 'data')
  await own.close()
  writer.stdin.end('more')
  const { code, stderr } = await outcome
  expect(code).toBe(5)
  expect(stderr).toContain('--timeout')
  reader.kill('SIGINT')
})

it('ends quietly when the reader of its output has gone', async () => {
  await succeed(['bytes', 'write', 'b6/x', '--create'], randomBytes(8 * MIB))
  const reader = start(['bytes', 'read', 'b6/x', '--follow'], { controller: server.controllerUri })
  const outcome = outcomeOf(reader)
  await once(reader.stdout, 'data')
  reader.stdout.destroy()
  expect(await outcome).toMatchObject({ code: 0, stderr: '' })
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('stops at %s with exit code %i', async (signal, code) => {
  await succeed(['bytes', 'write', 'b7/x', '--create', '--shared'], Buffer.from('x'))
  const reader = start(['bytes', 'read', 'b7/x', '--follow', '--json'], { controller: server.controllerUri })
  const outcome = outcomeOf(reader)
  await once(reader.stdout, 'data')
  reader.kill(signal)
  const { code: actual, stderr } = await outcome
  expect(actual).toBe(code)
  expect(jsonLines(stderr)).toMatchObject([{ error: { code: 'ABORTED', exitCode: code } }])
})

it('stops writing at SIGINT though the pipe is still open, and says where it stopped', async () => {
  await succeed(['bytes', 'write', 'b8/x', '--create'], Buffer.from('old '))
  const reader = start(['bytes', 'read', 'b8/x', '--follow'], { controller: server.controllerUri })
  const readOutcome = outcomeOf(reader)
  await once(reader.stdout, 'data')
  const writer = start(['bytes', 'write', 'b8/x'], { controller: server.controllerUri })
  const outcome = outcomeOf(writer)
  writer.stdin.write('begun')
  await once(reader.stdout, 'data')
  writer.kill('SIGINT')
  const { code, stderr } = await outcome
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: 'error: stopped; what was sent before is in b8/x, which ends at offset 9.\n',
  })
  reader.kill('SIGINT')
  expect(await readOutcome).toMatchObject({ code: 130, stderr: '' })
})

it('lets two writers interleave only when both say so', async () => {
  await succeed(['bytes', 'write', 'b9/x', '--create'], Buffer.from('1'))
  expect((await run(['bytes', 'write', 'b9/x', '--at=0'], { input: Buffer.from('2') })).code).toBe(4)
  await succeed(['bytes', 'write', 'b9/x', '--at=1'], Buffer.from('2'))
  await Promise.all(['3', '4'].map(text => succeed(['bytes', 'write', 'b9/x', '--shared'], Buffer.from(text))))
  const all = (await succeed(['bytes', 'read', 'b9/x'])).toString()
  expect([...all].sort().join('')).toBe('1234')
})

it('needs a stream of one segment', async () => {
  await succeed(['stream', 'create', 'b10/x', '--create-scope', '--segments=2'])
  for (const command of [
    ['write', 'b10/x'],
    ['read', 'b10/x'],
    ['info', 'b10/x'],
    ['seal', 'b10/x'],
  ]) {
    const { code, stderr } = await run(['bytes', ...command], { input: Buffer.from('x') })
    expect({ command, code }).toEqual({ command, code: 4 })
    expect(stderr).toContain('segments')
  }
})

it('says what is missing', async () => {
  expect((await run(['bytes', 'write', 'b11/x'], { input: Buffer.from('x') })).code).toBe(3)
  expect((await run(['bytes', 'read', 'b11/x'])).code).toBe(3)
  const file = await run(['bytes', 'write', 'b11/x', '--create', join(folder, 'absent')])
  expect(file.code).toBe(1)
  expect(file.stderr).toContain('ENOENT')
  // A file that cannot be read makes no stream.
  expect((await run(['stream', 'exists', 'b11/x'])).code).toBe(3)
})
