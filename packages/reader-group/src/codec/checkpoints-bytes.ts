import type { CompactReader } from '@pravega-ts/model'
import type { Checkpoints, Offsets } from '../state/reader-group-state.ts'
import {
  readBoolean,
  readList,
  readMap,
  readOffsets,
  writeBoolean,
  writeList,
  writeMap,
  writeOffsets,
} from './fields.ts'
import { readSingle, single } from './versioned.ts'

/*
 * single, revision 0: list(ids in order of creation) map(id to list(readers that have not answered))
 *                     map(id to offsets) offsets(last complete one)
 *         revision 1: boolean(published)
 *
 * A complete one is not in the first map, a cancelled one in neither. No offsets of a last one: there is none.
 */

const NONE: Offsets = new Map()

export function encodeCheckpoints({ list, last = NONE, published }: Checkpoints): Uint8Array {
  const waiting = list.filter(({ waitingFor }) => waitingFor.size > 0)
  const positions = list.flatMap(({ id, positions }) => (positions === undefined ? [] : [[id, positions] as const]))
  return single(
    out => {
      writeList(out, list, ({ id }) => out.text(id))
      writeMap(
        out,
        new Map(waiting.map(({ id, waitingFor }) => [id, waitingFor])),
        id => out.text(id),
        readers => writeList(out, readers, reader => out.text(reader)),
      )
      writeMap(
        out,
        new Map(positions),
        id => out.text(id),
        offsets => writeOffsets(out, offsets),
      )
      writeOffsets(out, last)
    },
    out => writeBoolean(out, published),
  )
}

export function decodeCheckpoints(data: CompactReader): Checkpoints {
  const [basics, published] = readSingle(data)
  const text = (): string => basics.text()
  const ids = readList(basics, text)
  const waiting = readMap(basics, text, () => new Set(readList(basics, text)))
  const positions = readMap(basics, text, () => readOffsets(basics))
  const last = readOffsets(basics)
  return {
    list: ids.map((id, index) => {
      // Of an id that was cancelled and used again, only the later one is alive.
      const alive = ids.lastIndexOf(id) === index
      return {
        id,
        waitingFor: (alive ? waiting.get(id) : undefined) ?? new Set(),
        positions: alive ? positions.get(id) : undefined,
      }
    }),
    last: last.size === 0 ? undefined : last,
    published: published === undefined ? false : readBoolean(published),
  }
}
