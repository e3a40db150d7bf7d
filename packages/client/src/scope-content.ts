import type { Controller } from '@pravega-ts/controller-client'
import { type Deadline, PravegaError } from '@pravega-ts/model'

/** Something that keeps a scope from being deleted, in words; undefined: it is empty. */
export async function firstIn(
  controller: Pick<Controller, 'listStreams' | 'listKeyValueTables'>,
  scope: string,
  deadline: Deadline,
): Promise<string | 'noScope' | undefined> {
  try {
    for await (const stream of controller.listStreams(scope, { ...deadline.rest(), includeInternal: true })) {
      return `the stream ${stream.stream}`
    }
    for await (const { name } of controller.listKeyValueTables(scope, deadline.rest())) return `the table ${name}`
    return undefined
  } catch (error) {
    if (PravegaError.is(error, 'SCOPE_NOT_FOUND')) return 'noScope'
    throw error
  }
}
