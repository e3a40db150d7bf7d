import type { ReaderGroupName } from '@pravega-ts/controller-client'
import {
  PravegaError,
  readerGroupStreamName,
  ScopedSegment,
  ScopedStream,
  validateInternalScopeName,
  validateReaderGroupName,
} from '@pravega-ts/model'

/** What stands for the stream in the name of a table group's segment, behind the group's name. */
const TABLE_SUFFIX = '_kvtable'

/**
 * A group's name from an object or from `scope/group`.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function groupNameOf(group: ReaderGroupName | string): ReaderGroupName {
  if (typeof group !== 'string') return checked(group.scope, group.name)
  const [scope, name, more] = group.split('/')
  if (scope !== undefined && name !== undefined && more === undefined) return checked(scope, name)
  throw new PravegaError('INVALID_ARGUMENT', `Reader group ${JSON.stringify(group)} is refused: write it scope/group`)
}

function checked(scope: string, name: string): ReaderGroupName {
  return { scope: validateInternalScopeName(scope), name: validateReaderGroupName(name) }
}

export function groupText({ scope, name }: ReaderGroupName): string {
  return `${scope}/${name}`
}

/** The stream that holds the state of a group whose store is the log. */
export function logStreamOf({ scope, name }: ReaderGroupName): ScopedStream {
  return new ScopedStream(scope, readerGroupStreamName(name))
}

/** The table segment that holds the state of a group whose store is the table. */
export function tableSegmentOf({ scope, name }: ReaderGroupName): ScopedSegment {
  return ScopedSegment.of(scope, `${name}${TABLE_SUFFIX}`, 0, 0)
}
