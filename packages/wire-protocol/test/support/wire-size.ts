/** Size in bytes of a value on the wire, worked out from the rules of the protocol and not with the codec. */
export function wireSize(kind: string, value: unknown): number {
  switch (kind) {
    case 'i8':
    case 'bool':
      return 1
    case 'i32':
      return 4
    case 'i64':
      return 8
    case 'uuid':
      return 16
    case 'utf':
      return (
        2 + [...Array(String(value).length).keys()].reduce((sum, at) => sum + unitSize(String(value).charCodeAt(at)), 0)
      )
    case 'bytes':
      return 4 + (value as Uint8Array).length
    case 'event':
      return 8 + (value as Uint8Array).length
    case 'list':
      return 4 + (value as unknown[]).reduce<number>((sum, item) => sum + measureItem(item), 0)
    default:
      throw new Error(kind)
  }
}

function unitSize(unit: number): number {
  if (unit === 0) return 2
  return unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3
}

function measureItem(item: unknown): number {
  if (typeof item === 'bigint') return 8
  if (typeof item === 'string') return wireSize('utf', item)
  const part = item as Record<string, unknown>
  if ('keyVersion' in part) return keySize(part.data as Uint8Array)
  if ('key' in part)
    return keySize((part.key as { data: Uint8Array }).data) + 8 + (part.value as { data: Uint8Array }).data.length
  if ('attributeId' in part) return 16 + 1 + 8 + 8
  if ('chunkName' in part) return 24 + wireSize('utf', part.chunkName) + 1
  if ('source' in part) return wireSize('utf', part.source) + 8
  throw new Error(Object.keys(part).join())
}

function keySize(data: Uint8Array): number {
  return data.length === 0 ? 8 : 8 + data.length + 8
}
