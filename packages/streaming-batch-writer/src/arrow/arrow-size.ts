import type { Data, DataType } from 'apache-arrow'

/** Ids of the column types that differ in what they keep; they are part of Arrow's format. */
const TYPE = {
  null: 1,
  binary: 4,
  utf8: 5,
  bool: 6,
  list: 12,
  struct: 13,
  union: 14,
  fixedSizeList: 16,
  map: 17,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  binaryView: 23,
  utf8View: 24,
} as const

const VIEW_WIDTH = 16

interface UnionLike {
  readonly typeIdToChildIndex: Readonly<Record<number, number>>
}

/**
 * Bytes of the rows `from` to `to` of a column by its content: fixed widths, text and binary by their length, one bit each
 * for truth values and, where the column has nulls, for validity. What a slice shares with its parent is not counted.
 */
export function bytesOfColumn(data: Data, from: number, to: number): number {
  if (to <= from) return 0
  return validity(data, to - from) + content(data, from, to)
}

function validity(data: Data, rows: number): number {
  return data.nullBitmap !== undefined && data.nullBitmap.byteLength > 0 ? Math.ceil(rows / 8) : 0
}

function content(data: Data, from: number, to: number): number {
  const rows = to - from
  switch ((data.type as DataType).typeId as number) {
    case TYPE.null:
      return 0
    case TYPE.bool:
      return Math.ceil(rows / 8)
    case TYPE.utf8:
    case TYPE.binary:
    case TYPE.largeUtf8:
    case TYPE.largeBinary:
      return offset(data, to) - offset(data, from)
    case TYPE.utf8View:
    case TYPE.binaryView:
      return lengthsOfViews(data, from, to)
    case TYPE.list:
    case TYPE.largeList:
    case TYPE.map:
      return bytesOfChildren(data, offset(data, from), offset(data, to))
    case TYPE.fixedSizeList:
      return bytesOfChildren(data, from * data.stride, to * data.stride)
    case TYPE.struct:
      return bytesOfChildren(data, from, to)
    case TYPE.union:
      return rows + bytesOfUnion(data, from, to)
    default:
      return rows * data.stride * ((data.values as ArrayLike<unknown> & ArrayBufferView & Sized).BYTES_PER_ELEMENT ?? 0)
  }
}

interface Sized {
  readonly BYTES_PER_ELEMENT?: number
}

/** Offsets are 32 bits wide, or 64 as bigint. */
function offset(data: Data, row: number): number {
  return Number((data.valueOffsets as ArrayLike<number | bigint>)[row] ?? 0)
}

function bytesOfChildren(data: Data, from: number, to: number): number {
  let bytes = 0
  for (const child of data.children) bytes += bytesOfColumn(child, from, to)
  return bytes
}

function lengthsOfViews(data: Data, from: number, to: number): number {
  const views = data.values as Uint8Array
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  let bytes = 0
  for (let row = from; row < to; row++) bytes += view.getInt32(row * VIEW_WIDTH, true)
  return bytes
}

/** Each row is one row of one child: the same row in a sparse union, the one its offset names in a dense one. */
function bytesOfUnion(data: Data, from: number, to: number): number {
  const { typeIdToChildIndex } = data.type as unknown as UnionLike
  const dense = data.valueOffsets !== undefined && (data.valueOffsets as ArrayLike<number>).length > 0
  let bytes = 0
  for (let row = from; row < to; row++) {
    const child = data.children[typeIdToChildIndex[(data.typeIds as ArrayLike<number>)[row] ?? 0] ?? 0]
    const at = dense ? offset(data, row) : row
    if (child !== undefined) bytes += bytesOfColumn(child, at, at + 1)
  }
  return bytes
}
