import type { Deadline } from '@pravega-ts/model'
import type { SegmentLog } from '../log/segment-log.ts'

/** A mark that others move at the same time is moved by the last of them; more attempts than members are in a hurry make no sense. */
const ATTEMPTS = 4

/**
 * Has later members begin at a full state, and drops what stands before the mark as it was: one full state more than is needed
 * stays for members that have not read on.
 *
 * @param to - Where the record with the full state begins.
 * @param before - Where the full state before it begins: the mark, when its server has forgotten it or was never told.
 */
export async function moveMark(log: SegmentLog, to: bigint, before: bigint, deadline: Deadline): Promise<void> {
  let guess = await log.getMark(deadline.rest())
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (guess !== undefined && guess >= to) return
    if (await log.compareAndSetMark(guess, to, deadline.rest())) {
      if (guess !== undefined) await log.truncate(guess, deadline.rest())
      return
    }
    // A server that had forgotten the mark has just looked it up.
    const now = await log.getMark(deadline.rest())
    guess = now === undefined && guess === undefined ? before : now
  }
}
