import { buildCommand, buildRouteMap, type RouteMap } from '@stricli/core'
import type { CreateScopeFlags, DeleteScopeFlags, ListScopesFlags } from '../commands/scope.ts'
import { type ConnectionFlags, connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { newScope, scope } from './positionals.ts'

const create = buildCommand<CreateScopeFlags, [string], CliContext>({
  loader: async () => (await import('../commands/scope.ts')).createScope,
  parameters: {
    flags: {
      ifAbsent: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Succeed as well when the scope is there already',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [newScope] },
  },
  docs: documented('Make a scope', 'A scope holds streams. Names have letters, digits, "." and "-".', [
    ['scope create demo', 'make the scope demo'],
    ['scope create demo --if-absent', 'for scripts that run more than once'],
  ]),
})

const list = buildCommand<ListScopesFlags, [], CliContext>({
  loader: async () => (await import('../commands/scope.ts')).listScopes,
  parameters: {
    flags: {
      internal: { kind: 'boolean', optional: true, withNegated: false, brief: "Show Pravega's own scopes too" },
      ...connectionFlags,
    },
  },
  docs: documented('List the scopes', '', [
    ['scope list', 'one name per line'],
    ['scope list --json', '{"scope":"demo"} per line'],
  ]),
})

const deleteCommand = buildCommand<DeleteScopeFlags, [string], CliContext>({
  loader: async () => (await import('../commands/scope.ts')).deleteScope,
  parameters: {
    flags: {
      recursive: { kind: 'boolean', optional: true, withNegated: false, brief: 'Delete all streams in it as well' },
      yes: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Do not ask on a terminal before --recursive',
      },
      ifExists: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Succeed as well when there is no such scope',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [scope] },
    aliases: { r: 'recursive', y: 'yes' },
  },
  docs: documented('Delete a scope', 'A scope with streams in it is refused, unless --recursive is given.', [
    ['scope delete demo', 'delete an empty scope'],
    ['scope delete demo --recursive', 'with everything in it'],
  ]),
})

const exists = buildCommand<ConnectionFlags, [string], CliContext>({
  loader: async () => (await import('../commands/scope.ts')).scopeExists,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [scope] } },
  docs: documented('Tell whether a scope is there', 'Exit code 0 when it is, 3 when it is not.', [
    ['scope exists demo && echo yes', 'in a script'],
  ]),
})

export const scopeRoutes: RouteMap<CliContext> = buildRouteMap({
  routes: { create, list, delete: deleteCommand, exists },
  aliases: { ls: 'list', rm: 'delete' },
  docs: { brief: 'Scopes: the folders that hold streams' },
})
