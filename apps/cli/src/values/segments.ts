import { type KeyRange, keyRange, makeSegmentId } from '@pravega-ts/model'
import { refuse } from './refuse.ts'

/** The short form in which the commands show a segment: `<number>.#epoch.<epoch>`. */
export function parseSegmentId(text: string): bigint {
  const [, number, epoch = '0'] = /^(\d{1,10})(?:\.#epoch\.(\d{1,10}))?$/.exec(text) ?? []
  if (number === undefined) throw refuse('it is not a segment; write 3.#epoch.1, or 3 for segment 3 of epoch 0')
  return makeSegmentId(Number(number), Number(epoch))
}

/** `0-0.5` */
export function parseKeyRange(text: string): KeyRange {
  const [, low, high] = /^([\d.]+)-([\d.]+)$/.exec(text) ?? []
  if (low === undefined || high === undefined) throw refuse('it is not a key range; write 0-0.5')
  return keyRange(Number(low), Number(high))
}
