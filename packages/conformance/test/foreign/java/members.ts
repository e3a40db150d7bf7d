import type { ReaderGroup } from '@pravega-ts/reader-group'
import type { ForeignJava, ForeignReader } from '../../../src/foreign-java.ts'
import type { EventLedger } from '../../events/event-ledger.ts'
import type { EventScene } from '../../events/event-scene.ts'

/** A reader of either kind that notes what it reads in a ledger, until it leaves. */
export interface Member {
  readonly id: string
  /** Goes with everything acknowledged that it has noted. */
  leave(): Promise<void>
}

const LOOK_MS = 200

/** Joins with a reader of ours. */
export async function ourMember(
  scene: EventScene,
  group: ReaderGroup,
  id: string,
  ledger: EventLedger,
): Promise<Member> {
  const reader = await scene.reader(group, { readerId: id })
  let leaving = false
  const reading = (async (): Promise<void> => {
    while (!leaving) {
      using slice = await reader.acquireSegment({ timeoutMs: LOOK_MS })
      for (const event of slice ?? []) ledger.note(id, event.value)
    }
    await reader.close()
  })()
  // Told to whoever lets it leave.
  reading.catch(() => {})
  return {
    id,
    leave: () => {
      leaving = true
      return reading
    },
  }
}

/** Joins with a reader of Java. */
export async function javaMember(
  java: ForeignJava,
  group: ReaderGroup,
  id: string,
  ledger: EventLedger,
): Promise<Member> {
  const reader: ForeignReader = await java.openReader(String(group), id, read => {
    if (read.type === 'event') ledger.note(id, read.event)
    else if (read.type === 'failed') ledger.faults.push(`${id} failed: ${read.error}: ${read.message}`)
  })
  return { id, leave: () => reader.close() }
}
