import { createHash, randomBytes } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import type { ReaderGroupName } from '@pravega-ts/client'
import type { Session } from '../command.ts'

const PREFIX = 'pravega-cli-'
/** The home of the process, its id, when it was started, something random. */
const OWNED = /^pravega-cli-([0-9a-f]{16})-(\d+)-(\d+)-[0-9a-f]{8}$/

/** A name for a group of this process alone, which tells whether the process still runs, where that can be told. */
export async function ownGroupName(scope: string): Promise<ReaderGroupName> {
  const home = await processHome()
  const startedAt = home === undefined ? undefined : await startOf(process.pid)
  const random = randomBytes(8).toString('hex')
  if (startedAt === undefined) return { scope, name: `${PREFIX}${random}` }
  return { scope, name: `${PREFIX}${home}-${process.pid}-${startedAt}-${random.slice(0, 8)}` }
}

/** Deletes such groups of processes that have ended without a chance to do it themselves. Never rejects. */
export async function deleteLeftGroups({ factory }: Session, scope: string, timeoutMs: number): Promise<void> {
  const call = { signal: AbortSignal.timeout(timeoutMs) }
  try {
    const home = await processHome()
    if (home === undefined) return
    for await (const group of factory.listReaderGroups(scope, call)) {
      const [, place, id, startedAt] = OWNED.exec(group.name) ?? []
      if (place !== home || (await startOf(Number(id))) === startedAt) continue
      await factory.deleteReaderGroup(group, {}, call)
    }
  } catch {
    // The next command tries again.
  }
}

/** Where ids of processes have a meaning: this start of this machine, and this namespace of them. Undefined: it cannot be told. */
async function processHome(): Promise<string | undefined> {
  try {
    const [boot, namespace] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
    ])
    return createHash('sha256').update(`${boot.trim()} ${namespace}`).digest('hex').slice(0, 16)
  } catch {
    return undefined
  }
}

/** When a process was started, in ticks since that of the machine. Undefined: there is no such process. */
async function startOf(processId: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${processId}/stat`, 'utf8')
    // The second field is a name in parentheses, which may hold anything; the start is the 22nd.
    const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // A process that has ended may wait for its parent to notice.
    return state === 'Z' ? undefined : rest[18]
  } catch {
    return undefined
  }
}
