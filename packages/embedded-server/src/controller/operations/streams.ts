import { activeEpoch, firstEpoch } from '../domain/epochs.ts'
import { isMarkStream, isScopeOrStreamName, markStreamOf, segmentName } from '../domain/names.ts'
import { scaleForSettings } from '../domain/scale.ts'
import { fixedSettings, isPossible, isWellFormed } from '../domain/settings.ts'
import type { Cut, StreamRecord, StreamSettings } from '../domain/stream-record.ts'
import { commitTransactions } from './commit.ts'
import { type ControllerContext, findStream, isOpenScope, streamKey } from './context.ts'
import { moveHead } from './move-head.ts'
import { carryOut, onStream } from './pending-work.ts'
import { badArgument } from './refusal.ts'
import { carryOutScale } from './scaling.ts'
import { abortOpenTransactions } from './transactions.ts'

export type CreateStreamResult = 'SUCCESS' | 'FAILURE' | 'STREAM_EXISTS' | 'SCOPE_NOT_FOUND' | 'INVALID_STREAM_NAME'
export type UpdateStreamResult = 'SUCCESS' | 'FAILURE' | 'STREAM_NOT_FOUND' | 'STREAM_SEALED'
export type SealStreamResult = 'SUCCESS' | 'STREAM_NOT_FOUND'
export type DeleteStreamResult = 'SUCCESS' | 'STREAM_NOT_FOUND' | 'STREAM_NOT_SEALED'

/**
 * Creates a stream and the stream for its watermarks.
 *
 * @throws Refusal `INTERNAL` when a name is empty or the configuration is malformed
 */
export async function createStream(
  context: ControllerContext,
  scope: string,
  stream: string,
  settings: StreamSettings,
): Promise<CreateStreamResult> {
  if (scope === '' || stream === '' || !isWellFormed(settings)) throw badArgument()
  if (!isScopeOrStreamName(stream)) return 'INVALID_STREAM_NAME'
  return makeStream(context, scope, stream, settings)
}

/**
 * Creates a stream whose name is not looked at.
 *
 * @param recordBeside - Records what is there if and only if the stream is there.
 */
export function makeStream(
  context: ControllerContext,
  scope: string,
  stream: string,
  settings: StreamSettings,
  recordBeside: () => void = () => {},
): Promise<'SUCCESS' | 'FAILURE' | 'STREAM_EXISTS' | 'SCOPE_NOT_FOUND'> {
  return onStream(context, scope, stream, async existing => {
    if (!isOpenScope(context, scope)) return 'SCOPE_NOT_FOUND'
    if (existing !== undefined) return 'STREAM_EXISTS'
    if (!isPossible(settings)) return 'FAILURE'
    const mark = markStreamOf(stream)
    if (!isMarkStream(stream) && findStream(context, scope, mark) === undefined) {
      context.state.streams.set(scope, mark, newStream(context, scope, mark, fixedSettings(0n)))
    }
    recordBeside()
    await carryOut(context, newStream(context, scope, stream, settings))
    if (!isMarkStream(stream)) await onStream(context, scope, mark, () => Promise.resolve())
    if (settings.retention !== undefined) context.retention.arm()
    return 'SUCCESS'
  })
}

/** Replaces the whole configuration, and the active segments when there are too few or too many of them for it. */
export async function updateStream(
  context: ControllerContext,
  scope: string,
  stream: string,
  settings: StreamSettings,
): Promise<UpdateStreamResult> {
  if (scope === '' || stream === '' || !isWellFormed(settings)) throw badArgument()
  const refused = refuseChange(findStream(context, scope, stream))
  if (refused !== undefined) return refused
  if (!isPossible(settings)) return 'FAILURE'
  const update = (): Promise<UpdateStreamResult> =>
    onStream(context, scope, stream, async record => {
      if (record === undefined || record.sealed) return refuseChange(record) ?? 'FAILURE'
      const scale = scaleForSettings(record, settings, context.clock.now())
      const changed = { ...record, settings }
      if (scale === undefined) {
        context.state.streams.set(scope, stream, changed)
        armRounds(context, settings)
        await updatePolicies(context, changed)
        return 'SUCCESS'
      }
      await carryOutScale(context, changed, scale, 'client')
      armRounds(context, settings)
      return 'SUCCESS'
    })
  return context.exclusive.run(`update ${streamKey(scope, stream)}`, undefined, update, 'FAILURE')
}

/** Moves the head of a stream to a cut: earlier segments are deleted, those in the cut truncated. */
export async function truncateStream(
  context: ControllerContext,
  scope: string,
  stream: string,
  cut: Cut,
): Promise<UpdateStreamResult> {
  if (scope === '' || stream === '') throw badArgument()
  const refused = refuseChange(findStream(context, scope, stream))
  if (refused !== undefined) return refused
  const truncate = (): Promise<UpdateStreamResult> =>
    onStream(context, scope, stream, async record => {
      if (record === undefined || record.sealed) return refuseChange(record) ?? 'FAILURE'
      return (await moveHead(context, record, cut)) ? 'SUCCESS' : 'FAILURE'
    })
  return context.exclusive.run(`truncate ${streamKey(scope, stream)}`, undefined, truncate, 'FAILURE')
}

/** Ends a stream: commits what is being committed, aborts what is open, then seals the active segments. */
export async function sealStream(context: ControllerContext, scope: string, stream: string): Promise<SealStreamResult> {
  if (scope === '' || stream === '') throw badArgument()
  return onStream(context, scope, stream, async record => {
    if (record === undefined) return 'STREAM_NOT_FOUND'
    if (record.sealed) return 'SUCCESS'
    let committed = record
    // Until nothing is left: a commit may be decided in the moment between the two.
    do {
      committed = await commitTransactions(context, committed)
      await abortOpenTransactions(context, scope, stream)
    } while (context.state.transactions.count(streamKey(scope, stream)) > 0)
    await carryOut(context, { ...committed, pending: { type: 'seal' } })
    return 'SUCCESS'
  })
}

/** Deletes a sealed stream with all its segments. */
export async function deleteStream(
  context: ControllerContext,
  scope: string,
  stream: string,
): Promise<DeleteStreamResult> {
  if (scope === '' || stream === '') throw badArgument()
  return onStream(context, scope, stream, async record => {
    if (record === undefined) return 'STREAM_NOT_FOUND'
    if (!record.sealed) return 'STREAM_NOT_SEALED'
    await carryOut(context, { ...record, pending: { type: 'delete' } })
    return 'SUCCESS'
  })
}

/** With these settings, what comes round may have something to do. */
function armRounds({ retention, autoScaling }: ControllerContext, { retention: kept, scaling }: StreamSettings): void {
  if (kept !== undefined) retention.arm()
  if (scaling.type !== 0) autoScaling?.rounds.arm()
}

function refuseChange(record: StreamRecord | undefined): 'STREAM_NOT_FOUND' | 'STREAM_SEALED' | undefined {
  if (record === undefined) return 'STREAM_NOT_FOUND'
  return record.sealed ? 'STREAM_SEALED' : undefined
}

function newStream(context: ControllerContext, scope: string, stream: string, settings: StreamSettings): StreamRecord {
  const firstNumber = (context.state.lastSegmentNumbers.get(scope, stream) ?? -1) + 1
  const epoch = firstEpoch(settings.scaling.minSegments, firstNumber, context.clock.now())
  return { scope, stream, settings, sealed: false, epochs: [epoch], activeEpoch: 0, pending: { type: 'create' } }
}

async function updatePolicies(context: ControllerContext, record: StreamRecord): Promise<void> {
  const { scope, stream, settings } = record
  const policy = { scaleType: settings.scaling.type, targetRate: settings.scaling.targetRate }
  const segments = activeEpoch(record).segments
  await Promise.all(segments.map(({ id }) => context.engine.updatePolicy(segmentName(scope, stream, id), policy)))
}
