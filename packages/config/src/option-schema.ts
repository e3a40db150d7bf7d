import * as v from 'valibot'
import type { ClientConfigOptions } from './client-config.ts'
import type { ControllerUri } from './controller-uri.ts'
import type { Credentials } from './credentials.ts'
import { invalidConfig, invalidSecret, unknownOption } from './invalid-config.ts'
import type { Logger } from './logger.ts'

/** What a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1

/** The message of every check is what is allowed; the error around it is made by {@link checkOptions}. */
const MS = `a whole number of milliseconds from 1 to ${LONGEST_MS}`
const DELAY = `a number of milliseconds from 0 to ${LONGEST_MS}`
const COUNT = 'a whole number above 0'
const ATTEMPTS = 'a whole number above 0, or Infinity'
const MULTIPLIER = 'a number of at least 1'
const JITTER = 'a number from 0 to 1'
const TEXT = 'a text that is not empty'
const URI = 'a text like "tcp://localhost:9090" or what parseControllerUri() returns'
const CA = 'a PEM text, the path of a file or folder, or an array of those'
const GROUP = 'an object with options'
const LOGGER = 'an object with the methods trace, debug, info, warn, error and fatal'
const CREDENTIALS =
  'what basicCredentials(), bearerCredentials(), keycloakCredentials() or credentialsFrom() return, or null'

const milliseconds = v.pipe(v.number(MS), v.integer(MS), v.minValue(1, MS), v.maxValue(LONGEST_MS, MS))
const delay = v.pipe(v.number(DELAY), v.minValue(0, DELAY), v.maxValue(LONGEST_MS, DELAY))
const count = v.pipe(v.number(COUNT), v.safeInteger(COUNT), v.minValue(1, COUNT))
const attempts = v.pipe(
  v.number(ATTEMPTS),
  v.check(value => value >= 1 && (Number.isInteger(value) || value === Infinity), ATTEMPTS),
)
const multiplier = v.pipe(v.number(MULTIPLIER), v.finite(MULTIPLIER), v.minValue(1, MULTIPLIER))
const jitter = v.pipe(v.number(JITTER), v.minValue(0, JITTER), v.maxValue(1, JITTER))
const text = v.pipe(v.string(TEXT), v.nonEmpty(TEXT))
const boolean = v.boolean('true or false')

const credentials = v.custom<Credentials>(
  value => hasMethods(value, 'authorization') && typeof Reflect.get(value, 'kind') === 'string',
  CREDENTIALS,
)
const logger = v.custom<Logger>(value => hasMethods(value, 'trace', 'debug', 'info', 'warn', 'error', 'fatal'), LOGGER)
const controllerUri: v.GenericSchema<string | ControllerUri> = v.union(
  [
    v.string(),
    v.object({
      discovery: v.boolean(),
      tls: v.boolean(),
      endpoints: v.pipe(v.array(v.object({ host: v.string(), port: v.number() })), v.minLength(1)),
    }),
  ],
  URI,
)

const tls = v.strictObject(
  {
    controller: v.optional(boolean),
    segmentStore: v.optional(boolean),
    ca: v.optional(v.union([text, v.pipe(v.array(text), v.minLength(1, CA))], CA)),
    cert: v.optional(text),
    key: v.optional(text),
    passphrase: v.optional(v.string('a text')),
    validateHostName: v.optional(boolean),
  },
  GROUP,
)

const timeouts = v.strictObject(
  {
    connectMs: v.optional(milliseconds),
    requestMs: v.optional(milliseconds),
    controllerMs: v.optional(milliseconds),
    idleReadMs: v.optional(milliseconds),
    keepAliveMs: v.optional(milliseconds),
    closeMs: v.optional(milliseconds),
  },
  GROUP,
)

const retry = v.strictObject(
  {
    initialDelayMs: v.optional(delay),
    multiplier: v.optional(multiplier),
    maxDelayMs: v.optional(delay),
    attempts: v.optional(attempts),
    jitter: v.optional(jitter),
  },
  GROUP,
)

const root = v.strictObject(
  {
    controllerUri: v.optional(controllerUri),
    credentials: v.optional(v.nullable(credentials)),
    tls: v.optional(tls),
    timeouts: v.optional(timeouts),
    retry: v.optional(retry),
    maxConnectionsPerSegmentStore: v.optional(count),
    logger: v.optional(logger),
  },
  'an object with options, or a controller URI',
)

const keycloak = v.strictObject(
  {
    audience: v.optional(text),
    refreshBeforeMs: v.optional(delay),
    timeoutMs: v.optional(milliseconds),
    retry: v.optional(retry),
    fetch: v.optional(v.function('a function')),
    now: v.optional(v.function('a function')),
  },
  GROUP,
)

const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(root.entries)],
  ['tls', Object.keys(tls.entries)],
  ['timeouts', Object.keys(timeouts.entries)],
  ['retry', Object.keys(retry.entries)],
])

const KEYCLOAK_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(keycloak.entries)],
  ['retry', Object.keys(retry.entries)],
])

const SECRET: ReadonlySet<string> = new Set(['credentials', 'tls.key', 'tls.passphrase'])

/**
 * The options of a client, after all their names and values were checked.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function checkOptions(options: unknown): ClientConfigOptions {
  return check(root, options, NAMES)
}

/**
 * The options of Keycloak credentials, after all their names and values were checked.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function checkKeycloakOptions(options: unknown): void {
  check(keycloak, options, KEYCLOAK_NAMES)
}

function check<T>(
  schema: v.GenericSchema<unknown, T>,
  options: unknown,
  names: ReadonlyMap<string, readonly string[]>,
): T {
  if (Array.isArray(options)) throw invalidConfig('configuration', options, GROUP)
  const result = v.safeParse(schema, options, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue) ?? ''
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    throw unknownOption(path, names.get(path.slice(0, Math.max(0, path.lastIndexOf('.')))) ?? [])
  }
  const setting = path === '' ? 'configuration' : `option "${path}"`
  throw SECRET.has(path) ? invalidSecret(setting, issue.message) : invalidConfig(setting, issue.input, issue.message)
}

function hasMethods(value: unknown, ...names: readonly string[]): value is object {
  return (
    typeof value === 'object' && value !== null && names.every(name => typeof Reflect.get(value, name) === 'function')
  )
}
