import type { StoredReaderGroupSettings } from '@pravega-ts/controller-client'
import { PravegaError, type StreamCut } from '@pravega-ts/model'
import type { AskedStream } from './group-config-options.ts'
import type { ResolvedSettings } from './resolved-config.ts'

const NUMBERS = ['refreshTimeMs', 'automaticCheckpointIntervalMs', 'maxOutstandingCheckpoints', 'retention'] as const

/** What is not as it was asked for, each as a phrase. A bound that was asked for as `'tail'` fits any cut: the tail moves. */
export function configDifferences(
  stored: StoredReaderGroupSettings,
  wanted: ResolvedSettings,
  asked: readonly AskedStream[],
): readonly string[] {
  const differences: string[] = []
  for (const name of NUMBERS) {
    if (String(stored[name]) !== String(wanted[name])) {
      differences.push(`${name} is ${stored[name]}, not ${wanted[name]}`)
    }
  }
  const storedByName = new Map(stored.streams.map(entry => [String(entry.stream), entry]))
  const wantedByName = new Map(wanted.streams.map(entry => [String(entry.stream), entry]))
  for (const { stream, from, to } of asked) {
    const name = String(stream)
    const have = storedByName.get(name)
    const want = wantedByName.get(name)
    if (have === undefined || want === undefined) differences.push(`stream ${name} is not among its streams`)
    else {
      if (!fits(have.from, want.from, from === 'tail')) {
        differences.push(
          `stream ${name} is read from ${bound(have.from, 'the head')}, not ${bound(want.from, 'the head')}`,
        )
      }
      if (!fits(have.to, want.to, to === 'tail')) {
        differences.push(`stream ${name} is read to ${bound(have.to, 'no end')}, not ${bound(want.to, 'no end')}`)
      }
    }
  }
  for (const name of storedByName.keys()) {
    if (!wantedByName.has(name)) differences.push(`stream ${name} is one of its streams`)
  }
  return differences
}

export function mismatch(group: string, differences: readonly string[]): PravegaError {
  const why = `Reader group ${group} exists with another configuration: ${differences.join('; ')}`
  const remedy = 'Open it with openReaderGroup to use it as it is, change it with reset(), or delete it first'
  return new PravegaError('READER_GROUP_CONFIG_MISMATCH', `${why}. ${remedy}`, { details: { group, differences } })
}

function fits(have: StreamCut, want: StreamCut, isTail: boolean): boolean {
  return isTail ? !have.isUnbounded : have.equals(want)
}

function bound(cut: StreamCut, unbounded: string): string {
  return cut.isUnbounded ? unbounded : `cut ${cut}`
}
