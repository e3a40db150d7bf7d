import { setImmediate } from 'node:timers/promises'
import { type Logger, silentLogger } from '@pravega-ts/config'
import type { ControllerContext } from '../../../src/controller/operations/context.ts'
import { resume } from '../../../src/controller/operations/resume.ts'
import { SegmentCatalog } from '../../../src/segment-store/segment-catalog.ts'
import { openPersistentControllerState } from '../../../src/storage/disk/controller/persistent-controller-state.ts'
import type { KeyChange } from '../../../src/storage/disk/key-values.ts'
import { TestClock } from '../../../src/time/test-clock.ts'
import { MemoryKeyValues } from '../../support/memory-key-values.ts'
import { controllerContext } from '../controller-context.ts'
import { RecordedChanges } from './recorded-changes.ts'
import { RecordedStorage } from './recorded-storage.ts'

/** A controller and a segment store that begin with what some groups of changes have left, as a server does after a crash. */
export class CrashWorld {
  readonly changes: RecordedChanges
  readonly storage: RecordedStorage
  readonly catalog: SegmentCatalog
  readonly clock: TestClock
  readonly context: ControllerContext
  /** What failed with nobody to tell. */
  readonly failures: unknown[] = []

  private constructor(parts: Pick<CrashWorld, 'changes' | 'storage' | 'clock'> & Pick<ControllerContext, 'state'>) {
    const { changes, clock, state, storage } = parts
    this.changes = changes
    this.storage = storage
    this.clock = clock
    this.catalog = new SegmentCatalog(storage)
    const logger: Logger = { ...silentLogger, error: (_message, fields) => this.failures.push(fields?.['cause']) }
    this.context = controllerContext({ state, engine: this.catalog, clock, logger })
  }

  static async open(groups: readonly (readonly KeyChange[])[], now: number): Promise<CrashWorld> {
    const keyValues = new MemoryKeyValues(groups)
    const changes = new RecordedChanges()
    const storage = await RecordedStorage.open(keyValues, changes)
    const state = await openPersistentControllerState(keyValues, changes)
    const world = new CrashWorld({ changes, storage, state, clock: new TestClock(now) })
    resume(world.context)
    return world
  }

  /** Waits until there is nothing to do but to wait for time. */
  async idle(): Promise<void> {
    await this.context.queues.idle()
    await setImmediate()
    await this.context.queues.idle()
  }
}
