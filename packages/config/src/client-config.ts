import { type ControllerUri, formatControllerUri, parseControllerUri } from './controller-uri.ts'
import type { Credentials } from './credentials.ts'
import { type Some, withDefaults } from './defaults.ts'
import {
  controllerUriFrom,
  credentialsFromEnvironment,
  type Environment,
  trustFrom,
  URI_VARIABLE,
} from './environment.ts'
import { type Logger, silentLogger } from './logger.ts'
import { checkOptions } from './option-schema.ts'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts'
import { resolveTls, type TlsConfig, type TlsOptions } from './tls.ts'

/** Everything that a client needs to know, complete and checked. Frozen. */
export interface ClientConfig {
  /** Where the controllers are. */
  readonly controllerUri: ControllerUri
  /** Who the client is; absent when it says nothing about that. */
  readonly credentials?: Credentials | undefined
  /** How connections are secured. */
  readonly tls: TlsConfig
  /** How long things may take. */
  readonly timeouts: Timeouts
  /** How often what failed is tried again. */
  readonly retry: RetryPolicy
  /** Connections that are kept to one segment store at most. */
  readonly maxConnectionsPerSegmentStore: number
  /** Where log lines go. */
  readonly logger: Logger
}

/** What {@link resolveClientConfig} takes. Everything may be left out. */
export interface ClientConfigOptions {
  /** Default: `PRAVEGA_CONTROLLER_URI`, else `tcp://localhost:9090`. */
  readonly controllerUri?: string | ControllerUri | undefined
  /** Default: from the environment. `null`: none, whatever the environment says. */
  readonly credentials?: Credentials | null | undefined
  /** Default: as the scheme of the controller URI says. */
  readonly tls?: TlsOptions | undefined
  /** Default: `DEFAULT_TIMEOUTS`, one by one. */
  readonly timeouts?: Some<Timeouts> | undefined
  /** Default: `DEFAULT_RETRY`, one by one. */
  readonly retry?: Some<RetryPolicy> | undefined
  /** Connections that are kept to one segment store; requests share them. Default 10. */
  readonly maxConnectionsPerSegmentStore?: number | undefined
  /** Default: says nothing. */
  readonly logger?: Logger | undefined
}

const DEFAULT_URI = 'tcp://localhost:9090'

/**
 * Makes a complete configuration. What an option does not say comes from the environment, else from the defaults.
 *
 * @param options - Options, or only the controller URI.
 * @param env - Environment variables. Default `process.env`; give `{}` to read none.
 * @throws PravegaError `INVALID_CONFIG`
 */
export function resolveClientConfig(
  options: ClientConfigOptions | string = {},
  env: Environment = process.env,
): ClientConfig {
  const given = checkOptions(typeof options === 'string' ? { controllerUri: options } : options)
  const uri = resolveUri(given.controllerUri, env)
  const tls = resolveTls(given.tls ?? {}, uri.tls, formatControllerUri(uri), trustFrom(env))
  const credentials = given.credentials === undefined ? credentialsFromEnvironment(env) : given.credentials
  return Object.freeze({
    controllerUri: uri.tls === tls.controller ? uri : Object.freeze({ ...uri, tls: tls.controller }),
    ...(credentials && { credentials }),
    tls,
    timeouts: withDefaults(DEFAULT_TIMEOUTS, given.timeouts),
    retry: withDefaults(DEFAULT_RETRY, given.retry),
    maxConnectionsPerSegmentStore: given.maxConnectionsPerSegmentStore ?? 10,
    logger: given.logger ?? silentLogger,
  })
}

function resolveUri(given: string | ControllerUri | undefined, env: Environment): ControllerUri {
  if (typeof given === 'string') return parseControllerUri(given)
  // Once through the text form: that checks each endpoint.
  if (given !== undefined) return parseControllerUri(formatControllerUri(given))
  const fromEnvironment = controllerUriFrom(env)
  if (fromEnvironment === undefined) return parseControllerUri(DEFAULT_URI)
  return parseControllerUri(fromEnvironment, `environment variable ${URI_VARIABLE}`)
}
