import { type ControllerContext, inBackground, SYSTEM_SCOPE } from './context.ts'
import { resumeTables } from './key-value-tables.ts'
import { onStream } from './pending-work.ts'
import { resumeGroupDeletes } from './reader-groups.ts'
import { beginRounds } from './recurring-work.ts'
import { resumeScopeDeletes } from './scopes.ts'
import { forgetOutcomes } from './transaction-completion.ts'
import { resumeTransactions } from './transactions.ts'

/** Takes up what the last server on this state left unfinished. */
export function resume(context: ControllerContext): void {
  const { state } = context
  if (state.scopes.get('', SYSTEM_SCOPE) === undefined) state.scopes.set('', SYSTEM_SCOPE, { deleting: false })
  for (const scope of state.streams.parents()) {
    for (const [stream, { pending }] of state.streams.list(scope)) {
      if (pending !== undefined) {
        const work = onStream(context, scope, stream, () => Promise.resolve())
        inBackground(context, `Finishing the ${pending.type} of ${scope}/${stream}`, work)
      }
      resumeTransactions(context, scope, stream)
    }
  }
  resumeTables(context)
  resumeGroupDeletes(context)
  resumeScopeDeletes(context)
  forgetOutcomes(context)
  beginRounds(context)
}
