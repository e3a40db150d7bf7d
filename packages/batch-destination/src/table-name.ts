import { PravegaError, ScopedStream, validateStreamName } from '@pravega-ts/model'

/*
 * stream     = name [ ".g" generation ]        generation from 2 on
 *            | name ".schema"
 * name       = { letter | digit | "-" | "." hex hex }
 *
 * "-" stands for "_", which most table names have and no stream name may have. "." and two digits stand for one byte of
 * what else a name is made of in UTF-8. "g" and "s" are no hexadecimal digits, so that no name of a table ends like that.
 */

const PLAIN = /[A-Za-z0-9]/
const NAME = /^(?:[A-Za-z0-9-]|\.[0-9a-f]{2})*$/
/** An empty name would be none. */
const EMPTY = '.e'
const SCHEMA = '.schema'
const GENERATION = /^(.*)\.g([1-9][0-9]*)$/
/** So that generations up to a million have room. */
const LONGEST_NAME = 240

/** What a stream of a destination holds. */
export interface StreamContent {
  readonly table: string
  /** Rows, or the versions of the table. */
  readonly holds: 'rows' | 'schema'
  /** Counts the streams that the rows of the table were in, from 1. */
  readonly generation: number
}

function refused(table: string, why: string, remedy: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `Table name ${JSON.stringify(table)} is refused: ${why}. ${remedy}`, {
    details: { table },
  })
}

function encodeName(table: string): string {
  if (typeof table !== 'string') throw refused(table, 'it is not a string', 'Give it as a string')
  if (!table.isWellFormed()) throw refused(table, 'it has half of a surrogate pair', 'Replace it')
  if (table === '') return EMPTY
  let name = ''
  for (const byte of Buffer.from(table)) {
    const char = String.fromCharCode(byte)
    if (byte < 0x80 && PLAIN.test(char)) name += char
    else name += char === '_' ? '-' : `.${byte.toString(16).padStart(2, '0')}`
  }
  if (name.length > LONGEST_NAME) {
    const why = `as the name of a stream it has ${name.length} characters, more than the ${LONGEST_NAME} that there is room for`
    throw refused(
      table,
      why,
      'Shorten it; letters, digits and "_" take one character each, everything else three a byte',
    )
  }
  return name
}

function decodeName(name: string): string | undefined {
  if (name === EMPTY) return ''
  if (name === '' || !NAME.test(name)) return undefined
  const bytes: number[] = []
  for (let at = 0; at < name.length; at++) {
    if (name[at] === '.') {
      bytes.push(Number.parseInt(name.slice(at + 1, at + 3), 16))
      at += 2
    } else {
      bytes.push(name[at] === '-' ? 0x5f : name.charCodeAt(at))
    }
  }
  const table = Buffer.from(bytes).toString()
  // Other spellings of the same name, or bytes that are no text, are names that were not made here.
  return table.isWellFormed() && encodeName(table) === name ? table : undefined
}

/**
 * Name of the stream that the rows of a table are in. Different tables, and different generations of a table, have different
 * streams; {@link contentOfStream} is the way back.
 *
 * @param generation - From 1.
 * @throws PravegaError `INVALID_ARGUMENT` for a name that is too long, or no well-formed text
 */
export function rowStreamName(table: string, generation = 1): string {
  const name = encodeName(table)
  return validateStreamName(generation === 1 ? name : `${name}.g${generation}`)
}

/**
 * Name of the stream that the versions of a table are in.
 *
 * @throws PravegaError `INVALID_ARGUMENT` as {@link rowStreamName}
 */
export function schemaStreamName(table: string): string {
  return validateStreamName(`${encodeName(table)}${SCHEMA}`)
}

/** What the stream of this name holds; undefined: no destination has made it. */
export function contentOfStream(stream: string): StreamContent | undefined {
  if (stream.endsWith(SCHEMA)) {
    const table = decodeName(stream.slice(0, -SCHEMA.length))
    return table === undefined ? undefined : { table, holds: 'schema', generation: 1 }
  }
  const [, name = stream, digits = '1'] = GENERATION.exec(stream) ?? []
  const table = decodeName(name)
  const generation = Number(digits)
  if (table === undefined || (name !== stream && generation === 1)) return undefined
  return { table, holds: 'rows', generation }
}

/** A table of a destination. */
export interface TableAddress {
  readonly scope: string
  readonly table: string
}

export function rowStream({ scope, table }: TableAddress, generation: number): ScopedStream {
  return new ScopedStream(scope, rowStreamName(table, generation))
}

export function schemaStream({ scope, table }: TableAddress): ScopedStream {
  return new ScopedStream(scope, schemaStreamName(table))
}
