import type { KeyedEvent } from '@pravega-ts/client'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'

/** How an event's routing key is found. At most one of them. */
export interface KeyFlags {
  /** The same for all. */
  readonly routingKey?: string
  /** The key stands before this text, the event behind it. */
  readonly keyBefore?: string
  /** The events are JSON objects; the key is the value of this field. */
  readonly keyField?: string
}

/** Takes a line apart into key and event. */
export function keyFinder({ routingKey, keyBefore, keyField }: KeyFlags): (line: Uint8Array) => KeyedEvent<Uint8Array> {
  const ways = [routingKey, keyBefore, keyField].filter(way => way !== undefined)
  if (ways.length > 1) throw usage('--routing-key, --key-before and --key-field exclude each other; give one of them.')
  if (keyBefore === '') throw usage('--key-before needs a text, as in --key-before :')
  if (keyBefore !== undefined) return line => before(line, keyBefore)
  if (keyField !== undefined) return line => ({ event: line, routingKey: field(line, keyField) })
  return event => ({ event, routingKey })
}

function before(line: Uint8Array, separator: string): KeyedEvent<Uint8Array> {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength)
  const at = bytes.indexOf(separator)
  if (at < 0) throw unreadable(bytes, `has no '${separator}' behind its key`)
  return { event: bytes.subarray(at + Buffer.byteLength(separator)), routingKey: bytes.toString('utf8', 0, at) }
}

function field(line: Uint8Array, name: string): string {
  const text = Buffer.from(line).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unreadable(text, 'is not JSON')
  }
  const found = typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined
  if (typeof found === 'string' || typeof found === 'number') return String(found)
  throw unreadable(text, `has no field '${name}' with a text or a number`)
}

const MOST_SHOWN = 80

function unreadable(line: Buffer | string, why: string): CliError {
  const text = line.toString()
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
  return new CliError('INVALID_EVENT', EXIT.usage, `the event '${shown}' ${why}; events before it were written.`)
}

function usage(message: string): CliError {
  return new CliError('USAGE', EXIT.usage, message)
}
