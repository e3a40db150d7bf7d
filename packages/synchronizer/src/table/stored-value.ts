import { PravegaError } from '@pravega-ts/model'
import { fromCbor } from './cbor.ts'
import { type EntryBody, type EntryName, entryText } from './entry-format.ts'
import type { TableValue } from './table-view.ts'

/** A value as it was read; decoded when somebody looks. */
export class StoredValue implements TableValue {
  readonly typeId: string
  readonly document: Uint8Array
  readonly version: bigint
  readonly #table: string
  readonly #name: EntryName
  #decoded: { readonly data: unknown } | undefined

  constructor(table: string, name: EntryName, body: EntryBody, version: bigint) {
    this.typeId = body.typeId
    this.document = body.document
    this.version = version
    this.#table = table
    this.#name = name
  }

  get data(): unknown {
    this.#decoded ??= { data: this.#decode() }
    return this.#decoded.data
  }

  #decode(): unknown {
    try {
      return fromCbor(this.document)
    } catch (cause) {
      throw new PravegaError(
        'CORRUPT_STATE',
        `Entry ${entryText(this.#name)} of table ${this.#table} has data that is no CBOR document. Remove or replace the entry`,
        { cause, details: { table: this.#table, ...this.#name, version: this.version } },
      )
    }
  }
}
