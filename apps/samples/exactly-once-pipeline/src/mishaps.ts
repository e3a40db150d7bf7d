import { setTimeout as delay } from 'node:timers/promises'
import { type Crew, type Member, unexpected } from './crew.ts'
import { SUPERSEDED_EXIT_CODE } from './messages.ts'
import type { Random } from './random.ts'
import { countIn } from './report.ts'

const SHORTEST_PEACE_MS = 50
const LONGEST_PEACE_MS = 1_200
/** One mishap in so many leaves a process behind that does not know that it has been replaced. */
const FROZEN_ONCE_IN = 5
const CAN_FREEZE = process.platform !== 'win32'

/** What has happened to workers. */
export interface Mishaps {
  killed: number
  frozen: number
  /** What the processes that were killed had told last. */
  readonly at: Map<string, number>
  /** What their successors found of their last transactions. */
  readonly found: Map<string, number>
}

/** Kills so many workers, and freezes some, at random moments. Each of them is replaced at once. */
export async function cause(
  crew: Crew,
  names: readonly [string, ...string[]],
  kills: number,
  random: Random,
): Promise<Mishaps> {
  const mishaps: Mishaps = { killed: 0, frozen: 0, at: new Map(), found: new Map() }
  while (mishaps.killed < kills) {
    await delay(random.between(SHORTEST_PEACE_MS, LONGEST_PEACE_MS))
    const victim = crew.of(random.pick(names))
    // One that is starting would take over from its successor when it wakes up.
    const freezes = random.between(1, FROZEN_ONCE_IN) === 1 && CAN_FREEZE && victim.stage !== 'starting'
    countIn(mishaps.at, victim.stage)
    const successor = freezes ? await freeze(crew, victim) : await kill(crew, victim)
    mishaps[freezes ? 'frozen' : 'killed'] += 1
    void successor.joined.then(found => countIn(mishaps.found, found))
  }
  return mishaps
}

async function kill(crew: Crew, victim: Member): Promise<Member> {
  victim.signal('SIGKILL')
  const end = await victim.ended
  if (end.signal !== 'SIGKILL') throw unexpected(victim, end)
  return crew.start(victim.name)
}

/** It goes on when another process has taken its place, with what it was about to do. */
async function freeze(crew: Crew, victim: Member): Promise<Member> {
  victim.signal('SIGSTOP')
  const successor = crew.start(victim.name)
  await successor.joined
  victim.signal('SIGCONT')
  const end = await victim.ended
  // It is told so by its record, by its reader, or by its transaction, which is aborted.
  if (end.code !== SUPERSEDED_EXIT_CODE && !end.complaint.includes('TRANSACTION_FAILED')) throw unexpected(victim, end)
  return successor
}
