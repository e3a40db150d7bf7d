/** The first bytes of the buffers, and the rest of them, as views. */
export function splitBuffers(parts: readonly Uint8Array[], bytes: number): [Uint8Array[], Uint8Array[]] {
  const first: Uint8Array[] = []
  let left = bytes
  for (const [index, part] of parts.entries()) {
    if (part.byteLength > left) {
      if (left > 0) first.push(part.subarray(0, left))
      return [first, [part.subarray(left), ...parts.slice(index + 1)]]
    }
    first.push(part)
    left -= part.byteLength
  }
  return [first, []]
}
