import * as v from 'valibot'
import type { ClientConfigOptions } from './client-config.ts'
import type { ControllerUri } from './controller-uri.ts'
import type { Credentials } from './credentials.ts'
import { invalidConfig, invalidSecret } from './invalid-config.ts'
import type { Logger } from './logger.ts'

/** What a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1

const MS = `a whole number of milliseconds from 1 to ${LONGEST_MS}`
const DELAY = `a number of milliseconds from 0 to ${LONGEST_MS}`
const COUNT = 'a whole number above 0'
const TEXT = 'a text that is not empty'
const BOOLEAN = 'true or false'

const milliseconds = v.pipe(v.number(MS), v.integer(MS), v.minValue(1, MS), v.maxValue(LONGEST_MS, MS))
const delay = v.pipe(v.number(DELAY), v.minValue(0, DELAY), v.maxValue(LONGEST_MS, DELAY))
const text = v.pipe(v.string(TEXT), v.nonEmpty(TEXT))
const boolean = v.boolean(BOOLEAN)
const count = v.pipe(v.number(COUNT), v.integer(COUNT), v.minValue(1, COUNT))

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return (
    typeof value === 'object' && value !== null && names.every(name => typeof Reflect.get(value, name) === 'function')
  )
}

const credentials = v.custom<Credentials>(
  value => hasMethods(value, 'authorization') && typeof Reflect.get(value as object, 'kind') === 'string',
  'what basicCredentials(), bearerCredentials(), keycloakCredentials() or credentialsFrom() return, or null',
)

const logger = v.custom<Logger>(
  value => hasMethods(value, 'trace', 'debug', 'info', 'warn', 'error', 'fatal'),
  'an object with the methods trace, debug, info, warn, error and fatal',
)

const URI = 'a text like "tcp://localhost:9090" or what parseControllerUri() returns'
const endpoint = v.object({ host: v.string(URI), port: v.number(URI) }, URI)
const controllerUri: v.GenericSchema<string | ControllerUri> = v.union(
  [
    v.string(),
    v.object({ discovery: v.boolean(), tls: v.boolean(), endpoints: v.pipe(v.array(endpoint), v.minLength(1)) }),
  ],
  URI,
)

const CA = 'a PEM text, the path of a file or folder, or an array of those'
const OPTIONS = 'an object with options, or a controller URI'
const GROUP = 'an object with options'

const schema: v.GenericSchema<ClientConfigOptions> = v.strictObject(
  {
    controllerUri: v.optional(controllerUri),
    credentials: v.optional(v.nullable(credentials)),
    tls: v.optional(
      v.strictObject(
        {
          controller: v.optional(boolean),
          segmentStore: v.optional(boolean),
          ca: v.optional(v.union([text, v.pipe(v.array(text), v.minLength(1))], CA)),
          cert: v.optional(text),
          key: v.optional(text),
          passphrase: v.optional(v.string('a text')),
          validateHostName: v.optional(boolean),
        },
        GROUP,
      ),
    ),
    timeouts: v.optional(
      v.strictObject(
        {
          connectMs: v.optional(milliseconds),
          requestMs: v.optional(milliseconds),
          controllerMs: v.optional(milliseconds),
          idleReadMs: v.optional(milliseconds),
          keepAliveMs: v.optional(milliseconds),
          closeMs: v.optional(milliseconds),
        },
        GROUP,
      ),
    ),
    retry: v.optional(
      v.strictObject(
        {
          initialDelayMs: v.optional(delay),
          multiplier: v.optional(
            v.pipe(
              v.number('a number of at least 1'),
              v.finite('a number of at least 1'),
              v.minValue(1, 'a number of at least 1'),
            ),
          ),
          maxDelayMs: v.optional(delay),
          attempts: v.optional(
            v.pipe(
              v.number(`${COUNT}, or Infinity`),
              v.check(value => value >= 1 && (Number.isInteger(value) || value === Infinity), `${COUNT}, or Infinity`),
            ),
          ),
          jitter: v.optional(
            v.pipe(
              v.number('a number from 0 to 1'),
              v.minValue(0, 'a number from 0 to 1'),
              v.maxValue(1, 'a number from 0 to 1'),
            ),
          ),
        },
        GROUP,
      ),
    ),
    maxConnectionsPerSegmentStore: v.optional(count),
    logger: v.optional(logger),
  },
  OPTIONS,
)

const SECRET: ReadonlySet<string> = new Set(['credentials', 'tls.key', 'tls.passphrase'])

/**
 * The options, after all their names and values were checked.
 *
 * @throws PravegaError `INVALID_CONFIG`
 */
export function checkOptions(options: unknown): ClientConfigOptions {
  const result = v.safeParse(schema, options, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue) ?? ''
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    throw invalidConfig(`option "${path}"`, issue.input, `one of ${knownNames(path)}; this option does not exist`)
  }
  const setting = path === '' ? 'configuration' : `option "${path}"`
  throw SECRET.has(path) ? invalidSecret(setting, issue.message) : invalidConfig(setting, issue.input, issue.message)
}

/** The options that exist beside the unknown one. */
function knownNames(path: string): string {
  const group = path.split('.').slice(0, -1)
  let object: unknown = schema
  for (const name of group) object = Reflect.get(entriesOf(object), name)
  return Object.keys(entriesOf(object)).join(', ')
}

function entriesOf(part: unknown): object {
  const holder = part as { readonly entries?: object; readonly wrapped?: { readonly entries: object } }
  return holder.entries ?? holder.wrapped?.entries ?? {}
}
