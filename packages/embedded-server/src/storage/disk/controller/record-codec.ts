import { PravegaError } from '@pravega-ts/model'
import type { KeyRange } from '../key-values.ts'
import type { Json, Kind } from './record-kinds.ts'

const PREFIX = 0x20
const FORMAT_VERSION = 1
const PARENT_LENGTH_BYTES = 2
const SEQUENCE_BYTES = 8

export const ALL_CONTROLLER_RECORDS: KeyRange = { from: Uint8Array.of(PREFIX), to: Uint8Array.of(PREFIX + 1) }

/** What a record is found by. */
export interface RecordNames {
  /** The id of its table. */
  readonly table: number
  readonly parent: string
  readonly name: string
}

/** A record, and its place among the records that were made before and after it. */
export interface SequencedRecord<R> {
  readonly record: R
  readonly sequence: number
}

/** `20 | table: u8 | length of the parent: u16 | parent | name`. Big-endian; texts in UTF-8. */
export function encodeRecordKey({ table, parent, name }: RecordNames): Uint8Array {
  const parentBytes = Buffer.from(parent)
  const header = Buffer.alloc(2 + PARENT_LENGTH_BYTES)
  header[0] = PREFIX
  header[1] = table
  header.writeUInt16BE(parentBytes.byteLength, 2)
  return Buffer.concat([header, parentBytes, Buffer.from(name)])
}

export function decodeRecordKey(key: Uint8Array): RecordNames {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  const start = 2 + PARENT_LENGTH_BYTES
  const end = start + bytes.readUInt16BE(2)
  return { table: bytes[1] ?? 0, parent: bytes.toString('utf8', start, end), name: bytes.toString('utf8', end) }
}

/** `version: u8 | sequence: u64 | JSON`. Big-endian. */
export function encodeRecord<R>(kind: Kind<R>, { record, sequence }: SequencedRecord<R>): Uint8Array {
  const json = Buffer.from(JSON.stringify(kind.encode(record)))
  const bytes = Buffer.allocUnsafeSlow(1 + SEQUENCE_BYTES + json.byteLength)
  bytes[0] = FORMAT_VERSION
  bytes.writeBigUInt64BE(BigInt(sequence), 1)
  bytes.set(json, 1 + SEQUENCE_BYTES)
  return bytes
}

/** @throws PravegaError `VERSION_MISMATCH` for a record of a later version; `CORRUPT_STATE` for bytes that are none. */
export function decodeRecord<R>(kind: Kind<R>, names: RecordNames, value: Uint8Array): SequencedRecord<R> {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (bytes[0] !== FORMAT_VERSION) throw laterFormat(`the record ${describe(names)} has the format ${bytes[0]}`)
  try {
    const sequence = Number(bytes.readBigUInt64BE(1))
    const json = JSON.parse(bytes.toString('utf8', 1 + SEQUENCE_BYTES)) as Json
    return { record: kind.decode(json), sequence }
  } catch (cause) {
    throw new PravegaError(
      'CORRUPT_STATE',
      `the record ${describe(names)} of the controller cannot be read; restore the data directory`,
      { cause },
    )
  }
}

/** @param what - what was found that this version does not know */
export function laterFormat(what: string): PravegaError {
  return new PravegaError(
    'VERSION_MISMATCH',
    `${what}, which this server does not know; start a later version of the server on this data`,
  )
}

function describe({ table, parent, name }: RecordNames): string {
  return `${JSON.stringify(name)} of ${JSON.stringify(parent)} in table ${table}`
}
