import { PravegaError } from '@pravega-ts/model'
import { messageOf } from '../../message-of.ts'

/** What the system said, as an error of this family. Those that are one already are left as they are. */
export function storageFailed(what: string, cause: unknown): PravegaError {
  if (PravegaError.is(cause)) return cause
  const because = messageOf(cause)
  return new PravegaError('STORAGE_FAILED', `${what}: ${because}; look at the disk and at the rights on its files`, {
    cause,
  })
}
