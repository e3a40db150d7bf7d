const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const HYPHENS: ReadonlySet<number> = new Set([4, 6, 8, 10])
const HYPHEN = 0x2d
const TEXT_LENGTH = 36
/** Value of each hex digit by its character code, else -1. */
const DIGITS: Int8Array = new Int8Array(128).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  DIGITS[text.charCodeAt(0)] = digit
  DIGITS[text.toUpperCase().charCodeAt(0)] = digit
}

/** The canonical text of the 16 bytes at `offset`. */
export function readUuid(bytes: Uint8Array, offset: number): string {
  let text = ''
  for (let index = 0; index < 16; index++) {
    if (HYPHENS.has(index)) text += '-'
    text += HEX[bytes[offset + index] as number]
  }
  return text
}

/** Writes the 16 bytes of a UUID in canonical text at `offset`. False, with some of them written, if it is none. */
export function writeUuid(bytes: Uint8Array, offset: number, uuid: string): boolean {
  if (typeof uuid !== 'string' || uuid.length !== TEXT_LENGTH) return false
  let position = 0
  for (let index = 0; index < 16; index++) {
    if (HYPHENS.has(index) && uuid.charCodeAt(position++) !== HYPHEN) return false
    const high = DIGITS[uuid.charCodeAt(position)] ?? -1
    const low = DIGITS[uuid.charCodeAt(position + 1)] ?? -1
    if (high < 0 || low < 0) return false
    bytes[offset + index] = (high << 4) | low
    position += 2
  }
  return true
}
