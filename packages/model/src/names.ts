import { invalid } from './refuse.ts'

const USER_NAME = /^[A-Za-z0-9.-]+$/
const INTERNAL_NAME = /^_?[A-Za-z0-9.-]+$/
const SERVED_NAME = /^(?:_MARK)?_?[A-Za-z0-9.-]+(?:_kvtable)?$/
const KEY_VALUE_TABLE_SUFFIX = '_kvtable'

const LONGEST_SCOPE = 255
/** Five less than what the server takes, so that `_MARK` in front of it still fits. */
const LONGEST_USER_NAME = 250
const LONGEST_INTERNAL_NAME = 255
/** `_MARK_RG`, or `_kvtable`, and a name of 250 characters. */
const LONGEST_SERVED_NAME = 258

/** The scope in which Pravega keeps its own streams. */
export const SYSTEM_SCOPE = '_system'

/** Whether the name has the leading underscore that Pravega reserves for itself. */
export function isInternalName(name: string): boolean {
  return name.startsWith('_')
}

function validate(kind: string, name: string, pattern: RegExp, longest: number): string {
  if (typeof name !== 'string') throw invalid(kind, name, 'it is not a string', `Give the ${kind} as a string`)
  if (name.length === 0) throw invalid(kind, name, 'it is empty', 'Give it at least one character')
  if (name.length > longest) {
    throw invalid(
      kind,
      name,
      `it has ${name.length} characters, more than the ${longest} that Pravega allows`,
      'Shorten it',
    )
  }
  if (pattern.test(name)) return name
  if (pattern === USER_NAME && INTERNAL_NAME.test(name)) {
    throw invalid(kind, name, 'a leading underscore is reserved for what Pravega makes itself', 'Remove the underscore')
  }
  throw invalid(
    kind,
    name,
    'only the letters a-z and A-Z, the digits 0-9, "." and "-" are allowed',
    'Replace the other characters',
  )
}

/**
 * Name of a scope that a user makes: `[A-Za-z0-9.-]+`, at most 255 characters.
 *
 * @returns the name
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateScopeName(name: string): string {
  return validate('scope name', name, USER_NAME, LONGEST_SCOPE)
}

/**
 * Name of a stream that a user makes: `[A-Za-z0-9.-]+`, at most 250 characters.
 *
 * @returns the name
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateStreamName(name: string): string {
  return validate('stream name', name, USER_NAME, LONGEST_USER_NAME)
}

/**
 * Name of a reader group: `[A-Za-z0-9.-]+`, at most 250 characters.
 *
 * @returns the name
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateReaderGroupName(name: string): string {
  return validate('reader group name', name, USER_NAME, LONGEST_USER_NAME)
}

/**
 * Id of a reader in a group: `[A-Za-z0-9.-]+`, at most 250 characters.
 *
 * @returns the id
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateReaderId(id: string): string {
  return validate('reader id', id, USER_NAME, LONGEST_USER_NAME)
}

/**
 * Id of a writer that notes time or owns transactions: `[A-Za-z0-9.-]+`, at most 250 characters.
 *
 * @returns the id
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateWriterId(id: string): string {
  return validate('writer id', id, USER_NAME, LONGEST_USER_NAME)
}

/**
 * Name of a key-value table: `[A-Za-z0-9.-]+`, at most 250 characters.
 *
 * @returns the name
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateKeyValueTableName(name: string): string {
  return validate('key-value table name', name, USER_NAME, LONGEST_USER_NAME)
}

/**
 * Name of a scope as a server takes it: one leading underscore is allowed too; at most 255 characters.
 *
 * @returns the name
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateInternalScopeName(name: string): string {
  return validate('scope name', name, INTERNAL_NAME, LONGEST_INTERNAL_NAME)
}

/**
 * Name of a stream as a server takes it: one leading underscore is allowed too; at most 255 characters.
 *
 * @returns the name
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateInternalStreamName(name: string): string {
  return validate('stream name', name, INTERNAL_NAME, LONGEST_INTERNAL_NAME)
}

/**
 * Name of a stream as servers list and serve it: what can be created, and besides what they make themselves, which is
 * `_MARK` before the name of any stream (`_MARK_RGgroup` too) and `_kvtable` behind the name of a key-value table.
 *
 * @returns the name
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function validateServedStreamName(name: string): string {
  return validate('stream name', name, SERVED_NAME, LONGEST_SERVED_NAME)
}

/** The stream that holds the shared state of a reader group: `_RG<group>`. */
export function readerGroupStreamName(group: string): string {
  return `_RG${validateReaderGroupName(group)}`
}

/** The stream that holds the watermarks of a stream: `_MARK<stream>`. */
export function watermarkStreamName(stream: string): string {
  return `_MARK${validateInternalStreamName(stream)}`
}

/** What stands in place of the stream name in the segments of a key-value table: `<table>_kvtable`. */
export function keyValueTableSegmentOwner(table: string): string {
  return `${validateKeyValueTableName(table)}${KEY_VALUE_TABLE_SUFFIX}`
}
