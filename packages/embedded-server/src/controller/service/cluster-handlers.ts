import { badArgument } from '../operations/refusal.ts'
import type { ControllerHandlers, PublishedEndpoints } from './controller-handlers.ts'
import { streamOf } from './messages.ts'

/** Where things are: one store for every segment. */
export function clusterHandlers(endpoints: PublishedEndpoints): ControllerHandlers {
  return {
    getControllerServerList: () => {
      const { host, port } = endpoints.controller()
      return { nodeURI: [{ endpoint: host, port }] }
    },
    getURI: request => {
      const { scope, stream } = streamOf(request.streamInfo)
      if (scope === '' || stream === '') throw badArgument()
      const { host, port } = endpoints.segmentStore()
      return { endpoint: host, port }
    },
  }
}
