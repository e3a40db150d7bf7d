import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { identity } from '../../../tools/testing/certificates.ts'
import { EmbeddedServer, type EmbeddedServerOptions } from '../src/index.ts'
import { newDirectory } from './support/data-directory.ts'
import { startServer } from './support/embedded-server.ts'
import { RawClient } from './support/raw-client.ts'

/** Ports that nobody has at the moment. */
async function freePorts(): Promise<{ controllerPort: number; segmentStorePort: number }> {
  const server = await EmbeddedServer.start()
  await server.close()
  return { controllerPort: server.controllerEndpoint.port, segmentStorePort: server.segmentStoreEndpoint.port }
}

async function takenPort(): Promise<number> {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void taken.close())
  return (taken.address() as { port: number }).port
}

test('twenty servers live side by side, each with its own data', async () => {
  const servers = await Promise.all(Array.from({ length: 20 }, () => startServer()))
  const ports = servers.flatMap(server => [server.controllerEndpoint.port, server.segmentStoreEndpoint.port])
  expect(new Set(ports).size).toBe(40)
  for (const server of servers) {
    const client = await RawClient.connect(server.segmentStoreEndpoint)
    expect(await client.ask({ command: 'KeepAlive' })).toEqual({ command: 'KeepAlive' })
    client.destroy()
  }
  await Promise.all(servers.map(server => server.close()))
})

test('gRPC is not loaded before a controller client comes', () => {
  const program = `
    import { createRequire, registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    const { EmbeddedServer } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
    const server = await EmbeddedServer.start()
    console.log(loaded.filter(url => /grpc-js|protobuf|prom-client|classic-level|fast-jwt/.test(url)).length)
    await server.close()
  `
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect([stdout.trim(), stderr]).toEqual(['0', ''])
})

test('a start that fails gives everything back: ports, and the lock of the data directory', async () => {
  const ports = await freePorts()
  const data = await newDirectory()
  const taken = await takenPort()
  const { cert } = await identity(['localhost'])
  const { key } = await identity(['localhost'])
  const holder = await startServer({ data: await newDirectory() })
  const inUse = await newDirectory()
  await startServer({ data: inUse })
  const failing: readonly [EmbeddedServerOptions, string][] = [
    [{ ...ports, data, controllerPort: taken }, 'CONNECTION_FAILED'],
    [{ ...ports, data, segmentStorePort: taken }, 'CONNECTION_FAILED'],
    [{ ...ports, data, http: { port: taken } }, 'CONNECTION_FAILED'],
    [{ ...ports, data, controllerPort: holder.controllerEndpoint.port }, 'CONNECTION_FAILED'],
    [{ ...ports, data, tls: { cert, key } }, 'INVALID_CONFIG'],
    [{ ...ports, data, tls: { cert: 'none', key } }, 'INVALID_CONFIG'],
    [{ ...ports, data, tls: { certFile: '/no/such/file', keyFile: '/no/such/file' } }, 'INVALID_CONFIG'],
    [{ ...ports, data: inUse }, 'DATA_DIRECTORY_IN_USE'],
    [{ ...ports, data, maxConnections: 0 }, 'INVALID_ARGUMENT'],
    [{ ...ports, data, host: '203.0.113.1' }, 'CONNECTION_FAILED'],
  ]
  for (const [options, code] of failing) {
    await expect(EmbeddedServer.start(options), JSON.stringify(options)).rejects.toMatchObject({ code })
  }
  const server = await startServer({ ...ports, data })
  expect(server.controllerEndpoint.port).toBe(ports.controllerPort)
})

test('a start that fails keeps no process alive', async () => {
  const taken = await takenPort()
  const program = `
    const { EmbeddedServer } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
    const data = ${JSON.stringify(await newDirectory())}
    for (const port of [{ controllerPort: ${taken} }, { segmentStorePort: ${taken} }, { http: { port: ${taken} } }]) {
      await EmbeddedServer.start({ data, ...port }).catch(error => console.log(error.code))
    }
  `
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  const refused = 'CONNECTION_FAILED'
  expect([status, stdout.trim().split('\n'), stderr]).toEqual([0, [refused, refused, refused], ''])
})
