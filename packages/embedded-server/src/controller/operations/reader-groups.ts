import { randomUUID } from 'node:crypto'
import { isGroupOrTableName, readerGroupStreamOf } from '../domain/names.ts'
import { fixedSettings } from '../domain/settings.ts'
import { isAtOrAfter, placeCut } from '../domain/stream-cut.ts'
import type { GroupCut, ReaderGroupRecord } from '../state/records.ts'
import { type ControllerContext, findStream, inBackground, isOpenScope, scopeExists, streamKey } from './context.ts'
import { badArgument, notFound } from './refusal.ts'
import { deleteStream, makeStream, sealStream } from './streams.ts'
import { isSubscriber, resubscribe, unsubscribe } from './subscribers.ts'

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Bytes after which the segment with a group's state goes on in a new chunk. */
const STATE_STREAM_ROLLOVER = 4n * 1024n * 1024n
const RETENTION_TYPES = [0, 1, 2]

export type CreateReaderGroupAnswer =
  | { readonly status: 'SUCCESS'; readonly group: ReaderGroupRecord }
  | { readonly status: 'FAILURE' | 'SCOPE_NOT_FOUND' | 'INVALID_RG_NAME' }

export interface UpdateReaderGroupAnswer {
  readonly status: 'SUCCESS' | 'FAILURE' | 'RG_NOT_FOUND' | 'INVALID_CONFIG'
  readonly generation: bigint
}

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/**
 * Creates a reader group and the stream for its state. A group that exists already stays as it is, and is the answer.
 * A group that subscribes to a stream that does not exist fails; Pravega never answers that.
 *
 * @throws Refusal `INTERNAL` for a configuration that makes no group
 */
export async function createReaderGroup(
  context: ControllerContext,
  sent: ReaderGroupRecord,
): Promise<CreateReaderGroupAnswer> {
  checkConfiguration(context, sent)
  const { scope, group } = sent
  if (!isGroupOrTableName(group)) return { status: 'INVALID_RG_NAME' }
  return inGroupQueue(context, scope, group, async existing => {
    if (!isOpenScope(context, scope)) return { status: 'SCOPE_NOT_FOUND' }
    if (existing !== undefined) return { status: 'SUCCESS', group: existing }
    if (isSubscriber(sent) && missesStream(context, sent)) return { status: 'FAILURE' }
    const created = sent.id === ZERO_UUID ? { ...sent, id: randomUUID(), generation: 0n } : sent
    const rollover = sent.rolloverSizeBytes > 0n ? sent.rolloverSizeBytes : STATE_STREAM_ROLLOVER
    const record = (): void => {
      context.state.readerGroups.set(scope, group, created)
      resubscribe(context, undefined, created)
    }
    const made = await makeStream(context, scope, readerGroupStreamOf(group), fixedSettings(rollover), record)
    if (made === 'SCOPE_NOT_FOUND' || made === 'FAILURE') return { status: made }
    if (made === 'STREAM_EXISTS') record()
    return { status: 'SUCCESS', group: created }
  })
}

/** @throws Refusal `NOT_FOUND` for an unknown scope */
export function getReaderGroup(
  context: ControllerContext,
  scope: string,
  group: string,
): ReaderGroupRecord | undefined {
  if (scope === '' || group === '') throw badArgument()
  if (!scopeExists(context, scope)) throw notFound(`Scope ${scope}`)
  return context.state.readerGroups.get(scope, group)
}

/** Replaces a group's configuration, if the caller knows the group's id and generation; the generation then grows. */
export async function updateReaderGroup(
  context: ControllerContext,
  sent: ReaderGroupRecord,
): Promise<UpdateReaderGroupAnswer> {
  checkConfiguration(context, sent)
  const { scope, group, generation } = sent
  const update = (): Promise<UpdateReaderGroupAnswer> =>
    inGroupQueue(context, scope, group, async existing => {
      if (existing === undefined) return { status: 'RG_NOT_FOUND', generation }
      if (existing.id !== sent.id || existing.generation !== generation) return { status: 'INVALID_CONFIG', generation }
      if (isSubscriber(sent) && missesStream(context, sent)) return { status: 'FAILURE', generation }
      const updated = { ...sent, generation: generation + 1n }
      context.state.readerGroups.set(scope, group, updated)
      resubscribe(context, existing, updated)
      return { status: 'SUCCESS', generation: updated.generation }
    })
  const refused: UpdateReaderGroupAnswer = { status: 'FAILURE', generation }
  return context.exclusive.run(`update group ${streamKey(scope, group)}`, undefined, update, refused)
}

/** Deletes a group, if the caller knows its id, and the stream of its state, if that is still there. */
export async function deleteReaderGroup(
  context: ControllerContext,
  scope: string,
  group: string,
  id: string,
): Promise<'SUCCESS' | 'RG_NOT_FOUND'> {
  if (scope === '' || group === '') throw badArgument()
  if (context.state.readerGroups.get(scope, group)?.id !== id.toLowerCase()) return 'RG_NOT_FOUND'
  return removeReaderGroup(context, scope, group)
}

/** Deletes a group, whatever its id. */
export function removeReaderGroup(
  context: ControllerContext,
  scope: string,
  group: string,
): Promise<'SUCCESS' | 'RG_NOT_FOUND'> {
  return inGroupQueue(context, scope, group, async existing => {
    if (existing === undefined) return 'RG_NOT_FOUND'
    context.state.readerGroups.set(scope, group, { ...existing, deleting: true })
    await finishRemoval(context, existing)
    return 'SUCCESS'
  })
}

/** Goes on with the deletion of groups that a stopped server left. */
export function resumeGroupDeletes(context: ControllerContext): void {
  const { readerGroups } = context.state
  for (const scope of readerGroups.parents()) {
    for (const [group, { deleting }] of readerGroups.list(scope)) {
      if (deleting !== true) continue
      const work = inGroupQueue(context, scope, group, () => Promise.resolve())
      inBackground(context, `Deleting reader group ${streamKey(scope, group)}`, work)
    }
  }
}

async function finishRemoval(context: ControllerContext, record: ReaderGroupRecord): Promise<void> {
  const { scope, group } = record
  await sealStream(context, scope, readerGroupStreamOf(group))
  await deleteStream(context, scope, readerGroupStreamOf(group))
  unsubscribe(context, record)
  context.state.readerGroups.delete(scope, group)
}

function checkConfiguration(context: ControllerContext, sent: ReaderGroupRecord): void {
  const wellFormed =
    sent.scope !== '' &&
    sent.group !== '' &&
    isUuid(sent.id) &&
    sent.startingCuts.length > 0 &&
    RETENTION_TYPES.includes(sent.retentionType) &&
    sent.maxOutstandingCheckpoints > 0 &&
    sent.rolloverSizeBytes >= 0n &&
    sent.endingCuts.every(end => sent.startingCuts.every(start => !isReversed(context, start, end)))
  if (!wellFormed) throw badArgument()
}

function isReversed(context: ControllerContext, start: GroupCut, end: GroupCut): boolean {
  if (start.scope !== end.scope || start.stream !== end.stream) return false
  const record = findStream(context, start.scope, start.stream)
  if (record === undefined) return false
  const from = placeCut(record.epochs, start.cut)
  const to = placeCut(record.epochs, end.cut)
  return from.valid && to.valid && !isAtOrAfter(to.placements, from.placements)
}

function missesStream(context: ControllerContext, { startingCuts }: ReaderGroupRecord): boolean {
  return startingCuts.some(({ scope, stream }) => findStream(context, scope, stream) === undefined)
}

/** Does work on a group in its queue. A deletion that was decided earlier is finished first. */
function inGroupQueue<T>(
  context: ControllerContext,
  scope: string,
  group: string,
  work: (existing: ReaderGroupRecord | undefined) => Promise<T>,
): Promise<T> {
  return context.queues.run(`group ${streamKey(scope, group)}`, async () => {
    const existing = context.state.readerGroups.get(scope, group)
    if (existing?.deleting !== true) return work(existing)
    await finishRemoval(context, existing)
    return work(undefined)
  })
}
