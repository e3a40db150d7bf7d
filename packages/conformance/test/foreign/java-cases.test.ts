import { describe } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { describeForeign, ForeignJava } from '../../src/foreign-java.ts'
import { EventScene } from '../events/event-scene.ts'
import { javaAlone } from './java/alone.ts'
import { javaBytes } from './java/bytes.ts'
import { javaCounters } from './java/counters.ts'
import { javaMixedGroups } from './java/mixed-groups.ts'
import { javaRefusals } from './java/refusals.ts'
import { javaSharedLog } from './java/shared-log.ts'
import { javaSideBySide } from './java/side-by-side.ts'
import { javaStreams } from './java/streams.ts'
import { javaTables } from './java/tables.ts'
import { javaTimes } from './java/times.ts'
import { javaTransactions } from './java/transactions.ts'
import { stageOf } from './stage.ts'

describeForeign("what Pravega's own client does, and what ours sees of it", () => {
  describeEngines('Java', engine => {
    const stage = stageOf(
      ForeignJava,
      () => engine,
      prefix => EventScene.open(engine, prefix),
    )
    // Each case has a scope of its own, and most of them wait for leases and for servers.
    describe.concurrent('cases', () => {
      javaTimes(stage)
      javaMixedGroups(stage)
      javaAlone(stage)
      javaSharedLog(stage)
      javaSideBySide(stage)
      javaTransactions(stage)
      javaStreams(stage)
      javaRefusals(stage)
      javaTables(stage)
      javaBytes(stage)
      javaCounters(stage)
    })
  })
})
