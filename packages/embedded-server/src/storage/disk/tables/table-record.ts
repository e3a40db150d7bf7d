import { PravegaError } from '@pravega-ts/model'

/** What is kept of a table beside its entries, and changes seldom. */
export interface TableRecord {
  readonly name: string
  readonly keyLength: number
  readonly isSealed: boolean
  readonly attributes: ReadonlyMap<string, bigint>
}

/** What changes with every change of its entries. */
export interface TableGrowth {
  readonly length: bigint
  readonly entryCount: number
  /** Unix time in milliseconds. */
  readonly lastModified: number
}

const RECORD_VERSION = 1
const GROWTH_VERSION = 1
const NUMBER_BYTES = 8

interface RecordText {
  readonly name: string
  readonly keyLength: number
  readonly isSealed: boolean
  /** Decimal values. */
  readonly attributes: readonly (readonly [id: string, value: string])[]
}

/** `version: u8 | JSON` */
export function encodeTableRecord({ name, keyLength, isSealed, attributes }: TableRecord): Uint8Array {
  const text: RecordText = {
    name,
    keyLength,
    isSealed,
    attributes: [...attributes].map(([id, value]) => [id, String(value)]),
  }
  return Buffer.concat([Uint8Array.of(RECORD_VERSION), Buffer.from(JSON.stringify(text))])
}

/** @throws PravegaError `VERSION_MISMATCH` for a record of a later version; `CORRUPT_STATE` for bytes that are none. */
export function decodeTableRecord(bytes: Uint8Array): TableRecord {
  checkVersion(bytes, RECORD_VERSION)
  try {
    const text = JSON.parse(Buffer.from(bytes.subarray(1)).toString()) as RecordText
    return { ...text, attributes: new Map(text.attributes.map(([id, value]) => [id, BigInt(value)])) }
  } catch (cause) {
    throw new PravegaError('CORRUPT_STATE', 'the record of a table cannot be read; restore the data directory', {
      cause,
    })
  }
}

/** `version: u8 | length: u64 | number of entries: u64 | lastModified: u64`. Big-endian. */
export function encodeTableGrowth({ length, entryCount, lastModified }: TableGrowth): Uint8Array {
  const bytes = Buffer.alloc(1 + 3 * NUMBER_BYTES)
  bytes[0] = GROWTH_VERSION
  bytes.writeBigUInt64BE(length, 1)
  bytes.writeBigUInt64BE(BigInt(entryCount), 1 + NUMBER_BYTES)
  bytes.writeBigUInt64BE(BigInt(Math.trunc(lastModified)), 1 + 2 * NUMBER_BYTES)
  return bytes
}

/** @throws PravegaError as `decodeTableRecord` */
export function decodeTableGrowth(bytes: Uint8Array): TableGrowth {
  checkVersion(bytes, GROWTH_VERSION)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength !== 1 + 3 * NUMBER_BYTES) {
    throw new PravegaError('CORRUPT_STATE', 'the length of a table cannot be read; restore the data directory')
  }
  return {
    length: view.readBigUInt64BE(1),
    entryCount: Number(view.readBigUInt64BE(1 + NUMBER_BYTES)),
    lastModified: Number(view.readBigUInt64BE(1 + 2 * NUMBER_BYTES)),
  }
}

function checkVersion(bytes: Uint8Array, known: number): void {
  const version = bytes[0]
  if (version === known) return
  throw new PravegaError(
    'VERSION_MISMATCH',
    `a table was written in the format ${version}, this server knows ${known}; start a later version of the server on this data`,
  )
}
