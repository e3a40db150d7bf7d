import { StreamCut } from '@pravega-ts/model'

/** `tail`, or a stream cut in its text form. */
export function parseCut(text: string): StreamCut | 'tail' {
  return text === 'tail' ? 'tail' : StreamCut.fromText(text)
}

/** A stream cut in its text form. */
export function parseBoundedCut(text: string): StreamCut {
  return StreamCut.fromText(text)
}
