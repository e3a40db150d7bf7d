import { isMarkStream, isScopeOrStreamName } from '../domain/names.ts'
import { type Page, pageByBucket, pageByName } from '../domain/paging.ts'
import { type ControllerContext, inBackground, SYSTEM_SCOPE, scopeExists } from './context.ts'
import { deleteTable } from './key-value-tables.ts'
import { removeReaderGroup } from './reader-groups.ts'
import { badArgument } from './refusal.ts'
import { deleteStream, sealStream } from './streams.ts'

/** @throws Refusal `INTERNAL` for an empty name */
export function createScope(
  context: ControllerContext,
  scope: string,
): 'SUCCESS' | 'SCOPE_EXISTS' | 'INVALID_SCOPE_NAME' {
  if (scope === '') throw badArgument()
  if (!isScopeOrStreamName(scope)) return 'INVALID_SCOPE_NAME'
  if (scopeExists(context, scope)) return 'SCOPE_EXISTS'
  context.state.scopes.set('', scope, { deleting: false })
  return 'SUCCESS'
}

/** Deletes a scope with nothing in it. */
export function deleteScope(
  context: ControllerContext,
  scope: string,
): 'SUCCESS' | 'SCOPE_NOT_FOUND' | 'SCOPE_NOT_EMPTY' {
  if (!scopeExists(context, scope)) return 'SCOPE_NOT_FOUND'
  if (scope === SYSTEM_SCOPE || !isEmpty(context, scope)) return 'SCOPE_NOT_EMPTY'
  forgetScope(context, scope)
  return 'SUCCESS'
}

/**
 * Deletes a scope with all that is in it. Nothing new can be made there meanwhile. A second call while the first one
 * works answers at once, as does one for a scope that does not exist.
 */
export async function deleteScopeRecursive(context: ControllerContext, scope: string): Promise<'SUCCESS' | 'FAILURE'> {
  if (!scopeExists(context, scope)) return 'SUCCESS'
  if (scope === SYSTEM_SCOPE) return 'FAILURE'
  context.state.scopes.set('', scope, { deleting: true })
  return context.exclusive.run(`delete ${scope}`, undefined, () => emptyAndForget(context, scope), 'SUCCESS')
}

/** Goes on with recursive deletes that a stopped server left. */
export function resumeScopeDeletes(context: ControllerContext): void {
  for (const [scope, { deleting }] of context.state.scopes.list('')) {
    if (deleting) inBackground(context, `Deleting scope ${scope}`, deleteScopeRecursive(context, scope))
  }
}

/** Names of the scopes that are to be shown. */
export function listScopes(
  { state }: ControllerContext,
  token: string,
  isShown: (scope: string) => boolean,
): Page<string> {
  const names = state.scopes
    .list('')
    .map(([scope]) => scope)
    .filter(isShown)
  return pageByName('scopes', names, token)
}

/** Names of a scope's streams that are to be shown, internal ones included; undefined for an unknown scope. */
export function listStreams(
  context: ControllerContext,
  scope: string,
  token: string,
  isShown: (stream: string) => boolean,
): Page<string> | undefined {
  if (!scopeExists(context, scope)) return undefined
  const names = context.state.streams
    .list(scope)
    .map(([stream]) => stream)
    .filter(isShown)
  return pageByName(`streams of ${scope}`, names, token)
}

/** As `listStreams`, with this very tag. */
export function listStreamsForTag(
  context: ControllerContext,
  scope: string,
  tag: string,
  token: string,
  isShown: (stream: string) => boolean,
): Page<string> | undefined {
  if (tag === '') throw badArgument()
  if (!scopeExists(context, scope)) return undefined
  const tagged = context.state.streams.list(scope).filter(([, { settings }]) => settings.tags.includes(tag))
  return pageByBucket(`tagged streams of ${scope}`, tagged.map(([stream]) => stream).filter(isShown), token)
}

function isEmpty({ state }: ControllerContext, scope: string): boolean {
  return [state.streams, state.readerGroups, state.tables].every(table => table.count(scope) === 0)
}

async function emptyAndForget(context: ControllerContext, scope: string): Promise<'SUCCESS'> {
  const { state } = context
  while (!isEmpty(context, scope)) {
    const streams = state.streams.list(scope).map(([stream]) => stream)
    const owners = streams.filter(stream => !isMarkStream(stream))
    for (const stream of owners.length > 0 ? owners : streams) {
      await sealStream(context, scope, stream)
      await deleteStream(context, scope, stream)
    }
    for (const [group] of state.readerGroups.list(scope)) await removeReaderGroup(context, scope, group)
    for (const [table] of state.tables.list(scope)) await deleteTable(context, scope, table)
  }
  forgetScope(context, scope)
  return 'SUCCESS'
}

function forgetScope({ state }: ControllerContext, scope: string): void {
  for (const [stream] of state.lastSegmentNumbers.list(scope)) state.lastSegmentNumbers.delete(scope, stream)
  state.scopes.delete('', scope)
}
