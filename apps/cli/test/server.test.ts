import { createServer, type Server } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { jsonLines, outcomeOf, pravega, start } from './pravega.ts'

const FREE = ['--controller-port=0', '--segment-store-port=0']
let held: Server | undefined
afterEach(() => held?.close())

it.each(['SIGINT', 'SIGTERM'] as const)('serves until %s and ends with 0', async signal => {
  const child = start(['server', ...FREE, '--json'])
  const outcome = outcomeOf(child)
  const ready = await new Promise<string>(settle => child.stdout.once('data', data => settle(String(data))))
  const [{ controllerUri }] = jsonLines(ready) as [{ controllerUri: string; segmentStore: string }]
  expect((await pravega(['scope', 'create', 'demo'], { controller: controllerUri })).code).toBe(0)
  child.kill(signal)
  expect(await outcome).toMatchObject({ code: 0, stderr: '' })
  expect((await pravega(['scope', 'list', '--timeout=2s'], { controller: controllerUri })).code).toBe(5)
})

it('says where it is, for people', async () => {
  const child = start(['server', ...FREE])
  const outcome = outcomeOf(child)
  child.stdout.once('data', () => child.kill('SIGINT'))
  const { stdout } = await outcome
  expect(stdout.toString()).toMatch(
    /^Pravega \(embedded, in memory\) is ready at tcp:\/\/127\.0\.0\.1:\d+, segment store at 127\.0\.0\.1:\d+\n$/,
  )
})

it('says which port is taken, and what to do', async () => {
  const taken = createServer()
  held = taken
  const port = await new Promise<number>(settle => {
    taken.listen(0, '127.0.0.1', () => settle((taken.address() as { port: number }).port))
  })
  for (const flags of [`--controller-port=${port}`, `--segment-store-port=${port}`]) {
    const { code, stderr } = await pravega([
      'server',
      ...FREE.filter(free => !flags.startsWith(free.slice(0, 12))),
      flags,
    ])
    expect(code).toBe(4)
    expect(stderr).toContain(String(port))
    expect(stderr).toMatch(/^error: cannot listen on 127\.0\.0\.1:\d+ .*\n.*--controller-port.*\n$/)
  }
})
