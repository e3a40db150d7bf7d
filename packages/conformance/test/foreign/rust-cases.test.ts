import { describe } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { describeRust, ForeignRust } from '../../src/foreign-rust.ts'
import { EventScene } from '../events/event-scene.ts'
import { rustBytes } from './rust/bytes.ts'
import { rustEvents, rustGroups } from './rust/events.ts'
import { rustRefusals } from './rust/refusals.ts'
import { rustStreams } from './rust/streams.ts'
import { rustTables } from './rust/tables.ts'
import { rustTransactions } from './rust/transactions.ts'
import { stageOf } from './stage.ts'

describeRust("what Pravega's Rust client does, and what ours sees of it", () => {
  describeEngines('Rust', engine => {
    const stage = stageOf(
      ForeignRust,
      () => engine,
      prefix => EventScene.open(engine, prefix),
    )
    // Each case has a scope of its own.
    describe.concurrent('cases', () => {
      rustGroups(stage)
      rustStreams(stage)
      rustRefusals(stage)
      rustEvents(stage)
      rustTransactions(stage)
      rustBytes(stage)
      rustTables(stage)
    })
  })
})
