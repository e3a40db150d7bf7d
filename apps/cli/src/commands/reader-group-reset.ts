import { Checkpoint, type ReaderGroupName } from '@pravega-ts/client'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { EXIT } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { askConsent, canAsk } from '../prompts.ts'
import type { ResetTarget } from '../values/reset-target.ts'
import { open, text } from './reader-group.ts'

export interface ResetFlags extends ConnectionFlags {
  readonly to: ResetTarget
  readonly yes?: boolean
}

export const resetGroup: Run<ResetFlags, [ReaderGroupName]> = connected(async (session, flags, name) => {
  const { cli, output, call } = session
  const { to } = flags
  await using group = await open(session, name)
  const online = await group.readers(call)
  if (flags.yes !== true && online.length > 0 && canAsk(cli)) {
    const agreed = await askConsent(cli, `${online.join(', ')} will have to join anew. Reset ${text(name)}?`)
    if (!agreed) throw new CliError('ABORTED', EXIT.failure, 'nothing was reset.')
  }
  if (to === 'start') await group.reset({}, call)
  else if (to === 'last-checkpoint') await group.resetToLastCheckpoint(call)
  else if (to instanceof Checkpoint) await group.resetToCheckpoint(to, call)
  else if (to === 'head' || to === 'tail') {
    const { streams } = await group.config(call)
    await group.reset({ streams: streams.map(({ stream, to: end }) => ({ stream, from: to, to: end })) }, call)
  } else await group.resetToStreamCuts(to, call)
  const where = typeof to === 'string' ? to : to instanceof Checkpoint ? `checkpoint ${to.name}` : 'the cuts given'
  output.result({ ...name, to: where, readers: online }, `${text(name)} begins anew at ${where}`)
})
