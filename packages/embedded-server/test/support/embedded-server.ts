import { type ClientConfigOptions, resolveClientConfig } from '@pravega-ts/config'
import { type Controller, createController } from '@pravega-ts/controller-client'
import { onTestFinished } from 'vitest'
import { EmbeddedServer, type EmbeddedServerOptions } from '../../src/index.ts'
import { RawClient } from './raw-client.ts'

/** A server that is closed when the test ends. */
export async function startServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const server = await EmbeddedServer.start(options)
  onTestFinished(() => server.close({ force: true }))
  return server
}

/** A client of its controller, closed when the test ends. It tries once where nothing is said; `retry: {}` is what applications have. */
export function controllerOf(server: EmbeddedServer, options: ClientConfigOptions = {}): Controller {
  const { controllerUri } = server
  const controller = createController(resolveClientConfig({ controllerUri, retry: { attempts: 1 }, ...options }))
  onTestFinished(() => controller.close())
  return controller
}

/** A connection to its segment store, cut when the test ends. */
export async function connect(server: EmbeddedServer): Promise<RawClient> {
  const client = await RawClient.connect(server.segmentStoreEndpoint)
  onTestFinished(() => client.destroy())
  return client
}
