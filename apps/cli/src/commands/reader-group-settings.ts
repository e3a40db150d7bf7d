import type { ReaderGroupOptions } from '@pravega-ts/client'
import type { ScopedStream, StreamCut } from '@pravega-ts/model'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'

/** What a group reads, and how its readers work together. */
export interface GroupSettingsFlags {
  readonly stream: readonly ScopedStream[]
  readonly from?: readonly ('head' | 'tail' | StreamCut)[]
  readonly to?: readonly ('never' | 'tail' | StreamCut)[]
  readonly refresh?: number
  readonly checkpointEvery?: number
  readonly noCheckpoints?: boolean
  readonly maxCheckpoints?: number
  readonly retention?: 'none' | 'manual' | 'automatic'
}

export interface GroupSettings extends Omit<ReaderGroupOptions, 'streams'> {
  readonly streams: readonly {
    readonly stream: ScopedStream
    readonly from: 'head' | 'tail' | StreamCut
    readonly to: 'never' | 'tail' | StreamCut
  }[]
}

export function settingsFrom(flags: GroupSettingsFlags): GroupSettings {
  const { from = ['head'], to = ['never'] } = flags
  if (flags.noCheckpoints === true && flags.checkpointEvery !== undefined) {
    throw new CliError('USAGE', EXIT.usage, '--no-checkpoints and --checkpoint-every exclude each other.')
  }
  return {
    streams: flags.stream.map(stream => ({
      stream,
      from: boundOf(stream, from, '--from'),
      to: boundOf(stream, to, '--to'),
    })),
    refreshTimeMs: flags.refresh,
    automaticCheckpointIntervalMs: flags.noCheckpoints === true ? -1 : flags.checkpointEvery,
    maxOutstandingCheckpoints: flags.maxCheckpoints,
    retention: flags.retention,
  }
}

/** A word is for all streams, a cut for its own. */
export function boundOf<W extends string>(
  stream: ScopedStream,
  bounds: readonly (W | StreamCut)[],
  flag: string,
): W | StreamCut {
  const [only] = bounds
  if (bounds.length === 1 && typeof only === 'string') return only
  const cut = bounds.find(bound => typeof bound !== 'string' && bound.stream.equals(stream))
  if (cut !== undefined) return cut
  throw new CliError(
    'USAGE',
    EXIT.usage,
    `${flag} says nothing of ${stream}; give one word for all, or a cut for each.`,
  )
}
