import type { Field, FieldList } from './fields.ts'
import { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** Who may send a command: client, server (to agree or refuse), either, or nobody: `inner` ones are parts of data. */
export type CommandRole = 'request' | 'reply' | 'failure' | 'both' | 'inner'

/** One command of the protocol: its type number and how its payload is written and read. */
export interface CommandCodec<C> {
  readonly name: string
  readonly type: number
  readonly role: CommandRole
  readonly fields: Readonly<Record<string, Field<unknown>>>
  /** Bytes behind the last known field are ignored; missing fields at the end get their fallback. */
  readPayload(payload: Uint8Array): C
  writePayload(writer: Writer, command: C): void
}

/** The grammar of a command: `fields` are its payload, in wire order. */
export function defineCommand<C extends { readonly command: string }>(
  name: C['command'],
  type: number,
  role: CommandRole,
  fields: FieldList<Omit<C, 'command'>>,
): CommandCodec<C> {
  const entries = Object.entries(fields) as [string, Field<unknown>][]
  return {
    name,
    type,
    role,
    fields: Object.fromEntries(entries),
    readPayload(payload) {
      const reader = new Reader(payload, name)
      const command: Record<string, unknown> = { command: name }
      for (const [key, field] of entries) {
        reader.field = key
        command[key] = field.since !== undefined && reader.remaining === 0 ? field.fallback : field.read(reader)
      }
      return command as unknown as C
    },
    writePayload(writer, command) {
      const values = command as unknown as Readonly<Record<string, unknown>>
      for (const [key, field] of entries) {
        writer.field = key
        field.write(writer, values[key])
      }
    },
  }
}
