import type { StateModel } from '../../src/index.ts'

/** Texts in the order in which they were added; the same text twice does not fit. */
export type Texts = readonly string[]

const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').replace(/\0+$/, '')

export const textModel: StateModel<Texts, Texts, string> = {
  encodeInitial: initial => Buffer.from(JSON.stringify(initial)),
  decodeInitial: bytes => JSON.parse(decode(bytes)),
  encodeUpdate: update => Buffer.from(update),
  decodeUpdate: decode,
  begin: initial => initial,
  apply: (state, update) => {
    if (state.includes(update)) throw new Error(`${update} is there already`)
    return [...state, update]
  },
}
