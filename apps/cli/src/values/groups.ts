import type { ReaderGroupName } from '@pravega-ts/client'
import { StreamCut, validateReaderGroupName, validateReaderId, validateScopeName } from '@pravega-ts/model'
import { refuse } from './refuse.ts'

/** `scope/group` */
export function parseGroup(text: string): ReaderGroupName {
  const [scope, name, more] = text.split('/')
  if (scope === undefined || name === undefined || more !== undefined) {
    throw refuse('it is not a reader group; write scope/group')
  }
  return { scope: validateScopeName(scope), name: validateReaderGroupName(name) }
}

export function parseReaderId(text: string): string {
  return validateReaderId(text)
}

/** Where a group begins: `head`, `tail`, or a stream cut in its text form. */
export function parseStart(text: string): 'head' | 'tail' | StreamCut {
  return text === 'head' || text === 'tail' ? text : StreamCut.fromText(text)
}

/** Where a group ends: `never`, `tail`, or a stream cut in its text form. */
export function parseEnd(text: string): 'never' | 'tail' | StreamCut {
  return text === 'never' || text === 'tail' ? text : StreamCut.fromText(text)
}
