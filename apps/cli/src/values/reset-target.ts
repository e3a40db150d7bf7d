import type { Checkpoint } from '@pravega-ts/client'
import { StreamCut } from '@pravega-ts/model'

/** Where a group begins anew: a word, cuts, or a checkpoint. */
export type ResetTarget = 'head' | 'tail' | 'start' | 'last-checkpoint' | readonly StreamCut[] | Checkpoint

/** `head`, `tail`, `start`, `last-checkpoint`, stream cuts with commas between them, or a checkpoint. */
export async function parseResetTarget(given: string): Promise<ResetTarget> {
  if (given === 'head' || given === 'tail' || given === 'start' || given === 'last-checkpoint') return given
  try {
    return given.split(',').map(StreamCut.fromText)
  } catch (error) {
    if (given.includes(',')) throw error
    const { Checkpoint } = await import('@pravega-ts/client')
    return Checkpoint.fromText(given)
  }
}
