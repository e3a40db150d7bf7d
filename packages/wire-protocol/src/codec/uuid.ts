const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const HYPHENS: ReadonlySet<number> = new Set([4, 6, 8, 10])
const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The canonical text of the 16 bytes at `offset`. */
export function readUuid(bytes: Uint8Array, offset: number): string {
  let text = ''
  for (let index = 0; index < 16; index++) {
    if (HYPHENS.has(index)) text += '-'
    text += HEX[bytes[offset + index] as number]
  }
  return text
}

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && PATTERN.test(value)
}

/** Writes a UUID that `isUuid` has accepted. */
export function writeUuid(bytes: Uint8Array, offset: number, uuid: string): void {
  let position = 0
  for (let index = 0; index < 16; index++) {
    if (HYPHENS.has(index)) position++
    bytes[offset + index] = (digit(uuid.charCodeAt(position)) << 4) | digit(uuid.charCodeAt(position + 1))
    position += 2
  }
}

function digit(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57
}
