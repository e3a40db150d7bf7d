import { createServer } from 'node:net'
import type { Logger } from '@pravega-ts/config'
import { ScopedSegment, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { expect, onTestFinished, test } from 'vitest'
import { EmbeddedServer, type EmbeddedServerOptions, TestClock } from '../../src/index.ts'
import { newDirectory } from '../support/data-directory.ts'
import { connect, controllerOf, startServer } from '../support/embedded-server.ts'
import { append, readSegment } from '../support/requests.ts'
import { setUpWriter } from '../support/segment-store.ts'

const stream = new ScopedStream('shop', 'orders')
const segment = ScopedSegment.of('shop', 'orders', 0, 0).toString()

function start(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  return startServer({ http: { port: 0 }, ...options })
}

async function get(server: EmbeddedServer, path: string, init?: RequestInit): Promise<Response> {
  const { host, port } = server.httpEndpoint ?? { host: '', port: 0 }
  return fetch(`http://${host}:${port}${path}`, init)
}

/** Metrics by name and labels. */
async function metrics(server: EmbeddedServer): Promise<ReadonlyMap<string, number>> {
  const lines = (await (await get(server, '/metrics')).text()).split('\n')
  return new Map(
    lines
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))]
      }),
  )
}

test('metrics tell what was done', async () => {
  const server = await start()
  const controller = controllerOf(server)
  await controller.createScope('shop')
  await controller.createStream(stream, streamConfiguration())
  await controller.createTransaction(stream, 600_000)
  await expect(controller.getCurrentSegments(new ScopedStream('shop', 'no'))).rejects.toThrow()
  const client = await connect(server)
  const writerId = await setUpWriter(client, segment)
  await client.ask(append(writerId, 3n, 'hello', { numEvents: 3 }))
  await client.ask(append(writerId, 4n, '!'))
  client.send(readSegment(1n, segment, 6n))
  await client.settle()
  const seen = await metrics(server)
  expect(Object.fromEntries(seen)).toMatchObject({
    pravega_appends_total: 2,
    pravega_appended_events_total: 4,
    pravega_appended_bytes_total: 6,
    pravega_stored_bytes: 6,
    pravega_waiting_reads: 1,
    // With the one of watermarks.
    pravega_streams: 2,
    pravega_open_transactions: 1,
    pravega_storage_working: 1,
    'pravega_segments{kind="stream"}': 3,
    'pravega_connections{port="segment_store"}': 1,
    'pravega_connections{port="controller"}': 1,
    'pravega_wire_requests_total{command="AppendBlockEnd"}': 2,
    'pravega_wire_requests_total{command="ReadSegment"}': 1,
    'pravega_wire_replies_total{command="DataAppended"}': 2,
    'pravega_controller_calls_total{method="createStream",status="OK"}': 1,
    'pravega_controller_calls_total{method="getCurrentSegments",status="NOT_FOUND"}': 1,
    'pravega_controller_call_duration_seconds_count{method="createScope"}': 1,
    'pravega_controller_call_duration_seconds_bucket{le="+Inf",method="createScope"}': 1,
  })
  for (const name of [
    'process_cpu_user_seconds_total',
    'process_resident_memory_bytes',
    'pravega_start_time_seconds',
  ]) {
    expect(seen.get(name)).toBeGreaterThan(0)
  }
  expect(seen.get('pravega_wire_received_bytes_total')).toBeGreaterThan(seen.get('pravega_wire_sent_bytes_total') ?? 0)
  expect([...seen.keys()].some(name => name.startsWith('pravega_commit_duration'))).toBe(false)
})

test('metrics of a server on disk tell of its commits and its recovery, and survive a restart', async () => {
  const server = await start({ data: await newDirectory() })
  const controller = controllerOf(server, { retry: {} })
  await controller.createScope('shop')
  await controller.createStream(stream, streamConfiguration())
  const client = await connect(server)
  const writerId = await setUpWriter(client, segment)
  // The keys know of the bytes that came when the file was made.
  await client.ask(append(writerId, 1n, 'x'))
  await client.ask(append(writerId, 2n, 'x'.repeat(1000)))
  const before = await metrics(server)
  expect(before.get('pravega_commit_duration_seconds_count')).toBeGreaterThan(0)
  expect(before.get('pravega_committed_bytes_total')).toBeGreaterThanOrEqual(1000)
  expect(before.get('pravega_cached_bytes')).toBeGreaterThanOrEqual(1000)
  expect(before.get('pravega_recovery_cuts')).toBe(0)
  await server.restart({ kill: true })
  const after = await metrics(server)
  expect(after.get('pravega_appends_total')).toBe(2)
  expect(after.get('pravega_recovery_scanned_bytes')).toBeGreaterThanOrEqual(1000)
})

test('nothing is kept by time or by segment: values are looked up when they are asked for', async () => {
  const clock = new TestClock()
  const server = await start({ clock })
  const idle = clock.timers
  await metrics(server)
  await metrics(server)
  expect(clock.timers).toBe(idle)
})

test('health says whether clients are served', async () => {
  const server = await start({ data: await newDirectory(), clock: new TestClock() })
  const ok = await get(server, '/health')
  expect([ok.status, await ok.json()]).toEqual([
    200,
    { status: 'ok', storage: 'disk', uptimeSeconds: expect.any(Number) },
  ])
  const rule = server.faults.onDisk({ code: 'ENOSPC' })
  const hit = rule.nextHit()
  await expect(controllerOf(server).createScope('shop')).rejects.toThrow()
  await hit
  const failed = await get(server, '/health/ready')
  expect([failed.status, await failed.json()]).toMatchObject([
    503,
    { status: 'unavailable', reason: expect.stringContaining('ENOSPC') },
  ])
  expect((await get(server, '/health/live')).status).toBe(200)
  expect((await metrics(server)).get('pravega_storage_working')).toBe(0)
})

test('other paths and other methods are refused', async () => {
  const server = await start()
  expect((await get(server, '/')).status).toBe(404)
  const posted = await get(server, '/metrics', { method: 'POST', body: 'x' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect((await get(server, '/health', { method: 'HEAD' })).status).toBe(200)
  expect((await get(server, '/metrics?x=1')).headers.get('content-type')).toContain('text/plain')
})

test('there is no HTTP port unless it is asked for, and it ends with the server', async () => {
  const silent = await start({ http: undefined })
  expect(silent.httpEndpoint).toBeUndefined()
  const server = await start()
  const { port } = server.httpEndpoint ?? { port: 0 }
  await get(server, '/health')
  await server.close()
  const next = await start({ http: { port } })
  expect(next.httpEndpoint?.port).toBe(port)
})

test('a taken HTTP port is refused, and nothing else stays open', async () => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as { port: number }
  const free = await start()
  const ports = { controllerPort: free.controllerEndpoint.port, segmentStorePort: free.segmentStoreEndpoint.port }
  await free.close()
  const data = await newDirectory()
  await expect(EmbeddedServer.start({ ...ports, data, http: { port } })).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringContaining(`${port} for metrics and health`),
  })
  await start({ ...ports, data })
})

test('log lines say who changed what', async () => {
  const lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> | undefined }[] = []
  const note = (level: string): Logger['info'] => {
    return (message, fields) => void lines.push({ level, message, fields })
  }
  const logger: Logger = {
    trace: note('trace'),
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
    fatal: note('fatal'),
  }
  const clock = new TestClock()
  const server = await start({ logger, clock })
  const controller = controllerOf(server)
  await controller.createScope('shop')
  await controller.createScope('shop')
  await controller.createStream(stream, streamConfiguration())
  const { id } = await controller.createTransaction(stream, 10_000)
  clock.advance(10_000)
  await expect.poll(() => controller.checkTransactionState(stream, id)).toBe('aborted')
  const client = await connect(server)
  await setUpWriter(client, segment)
  await controller.sealStream(stream)
  await controller.deleteStream(stream)
  await server.restart()
  await server.close()
  const peer = expect.stringMatching(/^127\.0\.0\.1:\d+$/)
  const durationMs = expect.any(Number)
  expect(lines.filter(({ level }) => level !== 'debug')).toEqual([
    { level: 'info', message: 'server started', fields: expect.objectContaining({ data: 'memory', durationMs }) },
    { level: 'info', message: 'scope created', fields: { what: 'shop', peer, durationMs } },
    { level: 'info', message: 'stream created', fields: { what: 'shop/orders', peer, durationMs } },
    {
      level: 'info',
      message: 'transaction is being aborted: its lease is over',
      fields: { what: 'shop/orders', transaction: id },
    },
    { level: 'info', message: 'stream sealed', fields: { what: 'shop/orders', peer, durationMs } },
    { level: 'info', message: 'stream deleted', fields: { what: 'shop/orders', peer, durationMs } },
    {
      level: 'info',
      message: 'server restarted',
      fields: expect.objectContaining({ controller: server.controllerUri }),
    },
    { level: 'info', message: 'server stopped', fields: undefined },
  ])
  expect(lines).toContainEqual({
    level: 'debug',
    message: 'controller call',
    fields: { method: 'createScope', result: 'SCOPE_EXISTS', what: 'shop', peer, durationMs },
  })
  expect(lines).toContainEqual({
    level: 'debug',
    message: 'segment store command',
    fields: { command: 'SetupAppend', segments: [segment], peer },
  })
})
