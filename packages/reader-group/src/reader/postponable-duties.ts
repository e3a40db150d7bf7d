import type { ReaderGroupName } from '@pravega-ts/controller-client'
import { type Deadline, PravegaError } from '@pravega-ts/model'
import { settleReset } from '../group/reset.ts'
import type { ReaderGroupStore } from '../reader-group-store.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import type { StateStore } from '../stores/state-store.ts'
import type { ReaderNotices } from './reader-notices.ts'
import { publishLastCheckpoint } from './retention.ts'

const PHRASES = { settleReset: 'end the reset that another member has begun', publish: 'publish what was consumed' }

/** What the duties are done with. */
interface DutyParts {
  readonly reader: string
  readonly groupText: string
  readonly group: ReaderGroupName
  readonly store: ReaderGroupStore
  readonly state: StateStore
  readonly notices: ReaderNotices
}

/** What a reader does for the group, and who reads is not to be bothered with: what fails is told, and tried again later. */
export class PostponableDuties {
  readonly #parts: DutyParts

  constructor(parts: DutyParts) {
    this.#parts = parts
  }

  /** Ends a reset that somebody has begun long ago. */
  async settleReset(deadline: Deadline): Promise<void> {
    const { store, group, state } = this.#parts
    await this.#try('settleReset', deadline, () => settleReset(store, group, state, deadline.rest()))
  }

  /** Lets streams drop what is before the last checkpoint. */
  async publish(state: ReaderGroupState, deadline: Deadline): Promise<void> {
    const { store, group, state: states } = this.#parts
    await this.#try('publish', deadline, async () => {
      await publishLastCheckpoint(store.controller, group, state, deadline.rest())
      await states.append({ type: 'updateCheckpointPublished', published: true }, deadline.rest())
    })
  }

  async #try(duty: keyof typeof PHRASES, deadline: Deadline, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (deadline.signal.aborted) return
      const { store, groupText, reader, notices } = this.#parts
      notices.publish({ event: 'postponed', duty, cause })
      store.config?.logger.warn(
        `reader ${reader} of group ${groupText} could not ${PHRASES[duty]}, and will try again`,
        {
          cause: PravegaError.from(cause).message,
        },
      )
    }
  }
}
