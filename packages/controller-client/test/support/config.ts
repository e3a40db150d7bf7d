import { type ClientConfig, type ClientConfigOptions, resolveClientConfig } from '@pravega-ts/config'

/** Nothing from the environment; quick retries without chance in them. */
export function config(controllerUri: string, options: ClientConfigOptions = {}): ClientConfig {
  const retry = { initialDelayMs: 1, multiplier: 2, maxDelayMs: 20, attempts: 10, jitter: 0, ...options.retry }
  return resolveClientConfig({ ...options, controllerUri, retry }, {})
}
