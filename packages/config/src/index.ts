export { type ClientConfig, type ClientConfigOptions, resolveClientConfig } from './client-config.ts'
export { type ControllerUri, formatControllerUri, parseControllerUri } from './controller-uri.ts'
export {
  basicCredentials,
  bearerCredentials,
  type Credentials,
  credentialsFrom,
  type TokenSource,
} from './credentials.ts'
export type { Some } from './defaults.ts'
export type { Environment } from './environment.ts'
export { type KeycloakOptions, keycloakCredentials } from './keycloak.ts'
export { type KeycloakSettings, readKeycloakJson } from './keycloak-settings.ts'
export { type Logger, silentLogger } from './logger.ts'
export { DEFAULT_RETRY, type RetryPolicy, retryDelayMs } from './retry.ts'
export { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts'
export { type TlsConfig, type TlsOptions, tlsConnectionOptions } from './tls.ts'
