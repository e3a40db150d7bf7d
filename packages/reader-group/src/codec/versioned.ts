import { CompactReader, CompactWriter, type ErrorCode, PravegaError } from '@pravega-ts/model'

/*
 * single   = 00 version count revision*
 * multi    = 00 type version count revision*
 * revision = number int32(length) data            numbers 0, 1, 2, ... in this order
 *
 * Each revision adds to the ones before it. Readers skip those that they do not know, and do without those that are missing.
 */

const FORMAT = 0
const VERSION = 0

/** Writes the data of one revision. */
export type WriteRevision = (data: CompactWriter) => void

/** The data of the revisions that are there, by number. */
export type Revisions = readonly [CompactReader, ...CompactReader[]]

export function writeSingle(out: CompactWriter, ...revisions: WriteRevision[]): void {
  writeByte(out, FORMAT)
  writeRevisions(out, revisions)
}

export function single(...revisions: WriteRevision[]): Uint8Array {
  const out = new CompactWriter()
  writeSingle(out, ...revisions)
  return out.finish()
}

export function multi(typeId: number, ...revisions: WriteRevision[]): Uint8Array {
  const out = new CompactWriter()
  writeByte(out, FORMAT)
  writeByte(out, typeId)
  writeRevisions(out, revisions)
  return out.finish()
}

/** Reads up to the end of the last revision; what is behind that stays unread. */
export function readSingle(data: CompactReader): Revisions {
  readFormat(data)
  return readRevisions(data)
}

export function readMulti(data: CompactReader): { readonly typeId: number; readonly readRevisions: () => Revisions } {
  readFormat(data)
  return { typeId: data.byte(), readRevisions: () => readRevisions(data) }
}

/** What is wrong with bytes; {@link decoding} says in what. */
export function malformed(rule: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', rule)
}

/**
 * Runs a decoder on bytes that others have written.
 *
 * @throws PravegaError with the code given, for whatever is wrong with them
 */
export function decoding<T>(
  code: ErrorCode & ('CORRUPT_STATE' | 'INVALID_ARGUMENT'),
  what: string,
  bytes: Uint8Array,
  decode: (data: CompactReader) => T,
): T {
  try {
    return decode(new CompactReader(bytes))
  } catch (cause) {
    if (!PravegaError.is(cause, 'INVALID_ARGUMENT')) throw cause
    const remedy =
      code === 'CORRUPT_STATE'
        ? 'If a newer client has written it, use a release of this one that knows it'
        : 'Give all bytes that were stored, as they were'
    throw new PravegaError(code, `${what} of ${bytes.length} bytes cannot be read: ${cause.message}. ${remedy}`, {
      cause,
      details: { what, length: bytes.length },
    })
  }
}

function writeRevisions(out: CompactWriter, revisions: readonly WriteRevision[]): void {
  writeByte(out, VERSION)
  writeByte(out, revisions.length)
  for (const [number, write] of revisions.entries()) {
    const data = new CompactWriter()
    write(data)
    const bytes = data.finish()
    writeByte(out, number)
    out.number(BigInt(bytes.length), 4)
    out.bytes(bytes)
  }
}

function readFormat(data: CompactReader): void {
  const format = data.byte()
  if (format !== FORMAT) throw malformed(`its format is ${format}, only ${FORMAT} is known`)
}

function readRevisions(data: CompactReader): Revisions {
  const version = data.byte()
  if (version !== VERSION) throw malformed(`its version is ${version}, only ${VERSION} is known`)
  const count = data.byte()
  if (count === 0) throw malformed('it has no revision 0')
  return [readRevision(data, 0), ...Array.from({ length: count - 1 }, (_, i) => readRevision(data, i + 1))]
}

function readRevision(data: CompactReader, expected: number): CompactReader {
  const number = data.byte()
  if (number !== expected) throw malformed(`revision ${number} is where revision ${expected} should be`)
  return new CompactReader(data.bytes(data.int32()))
}

function writeByte(out: CompactWriter, value: number): void {
  out.number(BigInt(value), 1)
}
