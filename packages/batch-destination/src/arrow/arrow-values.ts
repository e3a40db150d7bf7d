import { type Data, type DataType, Vector } from 'apache-arrow'

/** Ids of the types whose values are not taken as the library gives them; they are part of Arrow's format. */
const TYPE = {
  dictionary: -1,
  decimal: 7,
  date: 8,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  fixedSizeList: 16,
  map: 17,
  largeList: 21,
} as const

/** Digits behind the second, by Arrow's number for the unit. */
const FRACTION_DIGITS = [0, 3, 6, 9] as const

/**
 * A value as rows hold it. 64-bit integers are bigint; times in seconds and milliseconds, and dates, are Date; times in
 * microseconds and nanoseconds are ISO 8601 text, decimals text, neither of which loses a digit; lists are arrays, structs and
 * maps with text as keys objects, other maps arrays of pairs.
 */
export function valueAt(data: Data, row: number): unknown {
  if (!data.getValid(row)) return null
  const type = data.type as DataType
  switch (type.typeId as number) {
    case TYPE.timestamp:
      return timestamp(BigInt((data.values as BigInt64Array)[row] ?? 0n), (type as unknown as { unit: number }).unit)
    case TYPE.date:
      return new Date(Number(plainValueAt(data, row)))
    case TYPE.decimal:
      return decimal(plainValueAt(data, row) as Uint32Array, (type as unknown as { scale: number }).scale)
    case TYPE.interval:
      return Array.from(plainValueAt(data, row) as Int32Array)
    case TYPE.dictionary: {
      const dictionary = data.dictionary as Vector
      const index = Number((data.values as ArrayLike<number | bigint>)[row])
      return valueOfVector(dictionary, index)
    }
    case TYPE.list:
    case TYPE.largeList:
      return list(data.children[0], offset(data, row), offset(data, row + 1))
    case TYPE.fixedSizeList:
      return list(data.children[0], row * data.stride, (row + 1) * data.stride)
    case TYPE.struct:
      return struct(data, row)
    case TYPE.map:
      return map(data, row)
    default:
      return plainValueAt(data, row)
  }
}

function plainValueAt(data: Data, row: number): unknown {
  return new Vector([data]).get(row)
}

function valueOfVector(vector: Vector, row: number): unknown {
  let at = row
  for (const data of vector.data) {
    if (at < data.length) return valueAt(data, at)
    at -= data.length
  }
  return null
}

function offset(data: Data, row: number): number {
  return Number((data.valueOffsets as ArrayLike<number | bigint>)[row])
}

function list(child: Data | undefined, from: number, to: number): unknown[] {
  const values: unknown[] = []
  if (child !== undefined) for (let row = from; row < to; row++) values.push(valueAt(child, row))
  return values
}

function struct(data: Data, row: number): Record<string, unknown> {
  const { children: fields } = data.type as DataType
  return Object.fromEntries(data.children.map((child, index) => [String(fields?.[index]?.name), valueAt(child, row)]))
}

function map(data: Data, row: number): unknown {
  const [entries] = data.children
  const [keys, values] = entries?.children ?? []
  if (keys === undefined || values === undefined) return {}
  const pairs: [unknown, unknown][] = []
  for (let at = offset(data, row); at < offset(data, row + 1); at++)
    pairs.push([valueAt(keys, at), valueAt(values, at)])
  return pairs.every(([key]) => typeof key === 'string') ? Object.fromEntries(pairs as [string, unknown][]) : pairs
}

function timestamp(value: bigint, unit: number): Date | string {
  const digits = FRACTION_DIGITS[unit] ?? 9
  if (digits === 0) return new Date(Number(value) * 1000)
  if (digits === 3) return new Date(Number(value))
  const perSecond = 10n ** BigInt(digits)
  const fraction = ((value % perSecond) + perSecond) % perSecond
  const seconds = new Date(Number((value - fraction) / perSecond) * 1000).toISOString()
  return `${seconds.slice(0, -'.000Z'.length)}.${String(fraction).padStart(digits, '0')}Z`
}

function decimal(words: Uint32Array, scale: number): string {
  let value = 0n
  for (let at = words.length - 1; at >= 0; at--) value = (value << 32n) | BigInt(words[at] ?? 0)
  const signed = BigInt.asIntN(words.length * 32, value)
  const digits = String(signed < 0n ? -signed : signed).padStart(scale + 1, '0')
  const text = scale > 0 ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits
  return signed < 0n ? `-${text}` : text
}
