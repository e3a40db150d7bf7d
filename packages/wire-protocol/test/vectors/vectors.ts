import { readFileSync } from 'node:fs'
import type { Command } from '@pravega-ts/wire-protocol'
import type { Field } from '../../src/codec/fields.ts'
import { ALL_COMMANDS } from '../../src/commands/catalogue.ts'

/** A golden frame; see the field descriptions below for how values are written in JSON. */
export interface Vector {
  readonly command: Command['command']
  readonly type: number
  readonly fields: Readonly<Record<string, unknown>>
  readonly hex: string
  readonly note?: string
  /** Frame of an older peer: it decodes to `fields`, but encoding those gives the newer, longer layout. */
  readonly decodeOnly?: boolean
  /** Unknown bytes at the end of the frame. */
  readonly trailingBytes?: number | string
}

export function loadVectors<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
}

/** Makes the command that a vector describes. 64-bit values are decimal strings there, bytes are hex. */
export function commandOf(vector: Vector): Command {
  const codec = ALL_COMMANDS.find(candidate => candidate.name === vector.command)
  if (codec === undefined) throw new Error(`no command ${vector.command}`)
  const fields = fromJson({ kind: 'record', parts: codec.fields }, vector.fields) as object
  return { command: vector.command, ...fields } as Command
}

function fromJson(field: Pick<Field<unknown>, 'kind' | 'parts'>, value: unknown): unknown {
  switch (field.kind) {
    case 'i64':
      return BigInt(value as string)
    case 'bytes':
    case 'rest':
    case 'event':
      return bytesOf(value as string)
    case 'list':
      return (value as unknown[]).map(item => fromJson(field.parts?.item as Field<unknown>, item))
    case 'tableKey': {
      const { data, keyVersion } = value as { data: string; keyVersion: string }
      return { data: bytesOf(data), keyVersion: BigInt(keyVersion) }
    }
    case 'tableValue':
      return { data: bytesOf((value as { data: string }).data) }
    case 'record':
      return Object.fromEntries(
        Object.entries(value as object).map(([name, part]) => [
          name,
          fromJson(field.parts?.[name] as Field<unknown>, part),
        ]),
      )
    default:
      return value
  }
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}
