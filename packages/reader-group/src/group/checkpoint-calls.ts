import { randomBytes, randomUUID } from 'node:crypto'
import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import { Checkpoint } from '../codec/checkpoint.ts'
import { checkpointStatus, isSilent, outstandingCheckpoints, SILENT } from '../state/checkpoint-queries.ts'
import { cutsOf, type StreamCuts } from '../state/positions.ts'
import type { ReaderGroupState } from '../state/reader-group-state.ts'
import { AwaitedCheckpoint, awaitCheckpoint } from './await-checkpoint.ts'
import { callDeadline, type GroupContext, needCheckpoints } from './group-context.ts'
import { groupText } from './group-name.ts'

/** Two automatic checkpoints long: a reader that has not looked for so long does not look. */
const DEFAULT_CHECKPOINT_MS = 60_000

const SILENT_RANDOM_BYTES = 32

/** How far one checkpoint of a group is. */
export interface CheckpointReport {
  readonly name: string
  /** Made to learn positions: readers answer it without showing it to the application. */
  readonly isSilent: boolean
  readonly state: 'waiting' | 'complete' | 'cancelled'
  /** The readers that hold it up. */
  readonly waitingFor: readonly string[]
}

export function checkpointReports(state: ReaderGroupState): readonly CheckpointReport[] {
  return state.checkpoints.list.map(({ id, waitingFor, positions }) => ({
    name: id,
    isSilent: isSilent(id),
    state: positions === undefined ? 'cancelled' : waitingFor.size > 0 ? 'waiting' : 'complete',
    waitingFor: [...waitingFor],
  }))
}

export async function initiateCheckpoint(
  context: GroupContext,
  name: string = randomUUID(),
  call?: CallOptions,
): Promise<Checkpoint> {
  needCheckpoints(context, 'A checkpoint')
  const group = groupText(context.group)
  if (name === '' || isSilent(name)) {
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `Checkpoint name ${JSON.stringify(name)} is refused: it must not be empty, and ${SILENT} marks checkpoints that nobody is shown. ` +
        'Choose another one, or none for a random one',
    )
  }
  const cuts = await gatherPositions(context, name, `Checkpoint ${name} of reader group ${group}`, call, state => {
    const outstanding = outstandingCheckpoints(state)
    const { maxOutstandingCheckpoints: most } = state.config
    if (outstanding.length >= most) throw tooMany(group, name, most, state, outstanding)
    if (checkpointStatus(state, name).kind !== 'gone') throw inUse(group, name)
  })
  return new Checkpoint(name, cuts.values())
}

export async function generateStreamCuts(context: GroupContext, call?: CallOptions): Promise<StreamCuts> {
  needCheckpoints(context, 'Asking the readers for their positions')
  const name = `${randomBytes(SILENT_RANDOM_BYTES).toString('base64')}${SILENT}`
  return await gatherPositions(
    context,
    name,
    `Generating stream cuts of reader group ${groupText(context.group)}`,
    call,
  )
}

/** @returns the names of those that were cancelled */
export async function cancelOutstandingCheckpoints(
  context: GroupContext,
  call?: CallOptions,
): Promise<readonly string[]> {
  needCheckpoints(context, 'Cancelling checkpoints')
  using deadline = callDeadline('Cancelling the checkpoints of', context.group, call)
  await context.state.refresh(deadline.rest())
  return await context.state.transact(state => {
    const outstanding = outstandingCheckpoints(state)
    const updates = outstanding.length === 0 ? [] : [{ type: 'removeOutstandingCheckpoints' } as const]
    return { updates, result: outstanding }
  }, deadline.rest())
}

async function gatherPositions(
  context: GroupContext,
  checkpoint: string,
  what: string,
  call: CallOptions | undefined,
  check?: (state: ReaderGroupState) => void,
): Promise<StreamCuts> {
  const awaited = new AwaitedCheckpoint(checkpoint)
  const phrase = () =>
    awaited.readers.length === 0 ? what : `${what}, which waits for reader ${awaited.readers.join(', ')},`
  using deadline = new Deadline(phrase, call, DEFAULT_CHECKPOINT_MS)
  const { state: store } = context
  await store.refresh(deadline.rest())
  using _ = store.watch(awaited.look)
  await store.transact(state => {
    check?.(state)
    return { updates: [{ type: 'createCheckpoint', checkpoint }], result: undefined }
  }, deadline.rest())
  const positions = await awaitCheckpoint(context, awaited, deadline)
  await store.append({ type: 'clearCheckpointsBefore', checkpoint }, deadline.rest())
  return cutsOf(positions)
}

function tooMany(
  group: string,
  name: string,
  most: number,
  state: ReaderGroupState,
  outstanding: readonly string[],
): PravegaError {
  const waiting = state.checkpoints.list
    .filter(({ id, waitingFor }) => outstanding.includes(id) && waitingFor.size > 0)
    .map(({ id, waitingFor }) => `${id} waits for ${[...waitingFor].join(', ')}`)
  return new PravegaError(
    'CHECKPOINT_REFUSED',
    `Checkpoint ${name} of reader group ${group} is refused: ${outstanding.length} are under way, and maxOutstandingCheckpoints is ` +
      `${most}. ${waiting.join('; ')}. Wait for them, take readers that are gone offline, or call cancelOutstandingCheckpoints`,
    { details: { group, outstanding } },
  )
}

function inUse(group: string, name: string): PravegaError {
  const why = `Checkpoint ${name} of reader group ${group} is refused: there is one of that name`
  return new PravegaError('CHECKPOINT_REFUSED', `${why}. Choose another name, or none for a random one`, {
    details: { group, name },
  })
}
