import type { ReaderGroupName } from '@pravega-ts/client'
import type { ScopedSegment, ScopedStream } from '@pravega-ts/model'
import type { TypedPositionalParameter } from '@stricli/core'
import { proposeGroups, proposeScopes, proposeStreams } from '../completion/propose-names.ts'
import type { CliContext } from '../context.ts'
import { parseGroup } from '../values/groups.ts'
import { parseByteTarget, parseNewScope, parseNewStream, parseScope, parseStream } from '../values/names.ts'
import { parseTransactionId } from '../values/transactions.ts'

type Positional<T> = TypedPositionalParameter<T, CliContext>

export const newScope: Positional<string> = { parse: parseNewScope, placeholder: 'scope', brief: 'Name of the scope' }

export const scope: Positional<string> = {
  parse: parseScope,
  placeholder: 'scope',
  brief: 'Name of the scope',
  proposeCompletions(partial) {
    return proposeScopes(this, partial)
  },
}

export const newStream: Positional<ScopedStream> = {
  parse: parseNewStream,
  placeholder: 'scope/stream',
  brief: 'Scope and stream, as in demo/files',
  async proposeCompletions(partial) {
    const scopes = await proposeScopes(this, partial)
    return scopes.map(name => `${name}/`)
  },
}

export const stream: Positional<ScopedStream> = {
  parse: parseStream,
  placeholder: 'scope/stream',
  brief: 'Scope and stream, as in demo/files',
  proposeCompletions(partial) {
    return proposeStreams(this, partial)
  },
}

export const byteTarget: Positional<ScopedStream | ScopedSegment> = {
  parse: parseByteTarget,
  placeholder: 'scope/stream',
  brief: 'Stream of one segment, as in demo/files; or a segment, as in demo/files/0.#epoch.0',
  proposeCompletions(partial) {
    return proposeStreams(this, partial)
  },
}

export const group: Positional<ReaderGroupName> = {
  parse: parseGroup,
  placeholder: 'scope/group',
  brief: 'Scope and reader group, as in demo/billing',
  proposeCompletions(partial) {
    return proposeGroups(this, partial)
  },
}

export const transactionId: Positional<string> = {
  parse: parseTransactionId,
  placeholder: 'id',
  brief: 'Id of the transaction, as `txn begin` prints it',
}
