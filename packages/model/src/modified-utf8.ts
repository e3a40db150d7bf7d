// Java's modified UTF-8: U+0000 is c0 80, and every UTF-16 code unit is written by itself, surrogates too (3 bytes each).

/** Length in bytes of `text`. */
export function modifiedUtf8Length(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7ff) length += 2
    else if (unit > 0x7f || unit === 0) length += 1
  }
  return length
}

/** Writes `text` at `offset`; there must be room for `modifiedUtf8Length(text)` bytes. */
export function writeModifiedUtf8(bytes: Uint8Array, offset: number, text: string): void {
  let position = offset
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7ff) {
      bytes[position++] = 0xe0 | (unit >> 12)
      bytes[position++] = 0x80 | ((unit >> 6) & 0x3f)
      bytes[position++] = 0x80 | (unit & 0x3f)
    } else if (unit > 0x7f || unit === 0) {
      bytes[position++] = 0xc0 | (unit >> 6)
      bytes[position++] = 0x80 | (unit & 0x3f)
    } else {
      bytes[position++] = unit
    }
  }
}

/** The text of `bytes[start, end)`, or undefined if they are malformed. */
export function readModifiedUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let position = start; position < end; position++)
    if ((bytes[position] as number) > 0x7f) return readUnits(bytes, start, end)
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

function readUnits(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  let position = start
  while (position < end) {
    const lead = bytes[position++] as number
    const extra = lead < 0x80 ? 0 : lead >> 5 === 0b110 ? 1 : lead >> 4 === 0b1110 ? 2 : lead >> 3 === 0b11110 ? 3 : -1
    if (extra < 0 || position + extra > end) return undefined
    let code = extra === 0 ? lead : lead & (0x3f >> extra)
    for (let index = 0; index < extra; index++) {
      const next = bytes[position++] as number
      if (next >> 6 !== 0b10) return undefined
      code = (code << 6) | (next & 0x3f)
    }
    // Four bytes are not modified UTF-8, but the Rust client writes standard UTF-8.
    if (code > 0x10ffff) return undefined
    text += String.fromCodePoint(code)
  }
  return text
}
