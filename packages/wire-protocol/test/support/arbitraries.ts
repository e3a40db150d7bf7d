import type { Command } from '@pravega-ts/wire-protocol'
import fc from 'fast-check'
import type { CommandCodec } from '../../src/codec/define-command.ts'
import type { Field } from '../../src/codec/fields.ts'

const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const bytes = fc.uint8Array({ maxLength: 40 })
const tableKey = fc.record({ data: fc.uint8Array({ minLength: 1, maxLength: 40 }), keyVersion: i64 })
// An empty key has no version on the wire; it reads as "no condition".
const emptyTableKey = fc.constant({ data: new Uint8Array(0), keyVersion: -(2n ** 63n) })

/** Any value of a field, made from its kind. */
function anyValue(field: Field<unknown>): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'i8':
      return fc.integer({ min: -128, max: 127 })
    case 'i32':
      return fc.integer()
    case 'i64':
      return i64
    case 'bool':
      return fc.boolean()
    case 'uuid':
      return fc.uuid({ version: [1, 2, 3, 4, 5, 6, 7, 8, 15] })
    case 'utf':
      return fc.string({ unit: 'binary', maxLength: 40 })
    case 'bytes':
    case 'rest':
    case 'event':
      return bytes
    case 'zeros':
      return fc.nat(200)
    case 'list':
      return fc.array(anyValue(field.parts?.item as Field<unknown>), { maxLength: 5 })
    case 'record':
      return recordOf(field.parts ?? {})
    case 'tableKey':
      return fc.oneof(tableKey, emptyTableKey)
    case 'tableValue':
      return fc.record({ data: bytes })
    default:
      throw new Error(`no values for the kind ${field.kind}`)
  }
}

function recordOf(fields: Readonly<Record<string, Field<unknown>>>): fc.Arbitrary<object> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, anyValue(field)])))
}

/** Any command of a codec. */
export function commandOf(codec: CommandCodec<Command>): fc.Arbitrary<Command> {
  return recordOf(codec.fields).map(fields => ({ command: codec.name, ...fields }) as Command)
}
