/**
 * Bytes of a value by its content: text in UTF-8, numbers, big integers and dates 8, truth values 1, nothing 0, bytes
 * their length, arrays and objects the sum of what they hold, names of properties not counted.
 */
export function sizeOfValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return Buffer.byteLength(value)
    case 'number':
    case 'bigint':
      return 8
    case 'boolean':
      return 1
    case 'object':
      return value === null ? 0 : sizeOfObject(value)
    default:
      return 0
  }
}

function sizeOfObject(value: object): number {
  if (value instanceof Date) return 8
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  let bytes = 0
  if (Array.isArray(value)) for (const item of value) bytes += sizeOfValue(item)
  else for (const key in value) bytes += sizeOfValue((value as Record<string, unknown>)[key])
  return bytes
}
