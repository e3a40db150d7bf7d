import type { ControllerService } from '@pravega-ts/controller-client/generated'
import type { Endpoint } from '@pravega-ts/model'
import type { Permission } from '../../accounts/permissions.ts'
import type { ControllerContext } from '../operations/context.ts'
import { clusterHandlers } from './cluster-handlers.ts'
import type { UnaryHandlers } from './grpc-service.ts'
import { keyValueTableHandlers } from './key-value-table-handlers.ts'
import { readerGroupHandlers } from './reader-group-handlers.ts'
import { scalingHandlers } from './scaling-handlers.ts'
import { scopeHandlers } from './scope-handlers.ts'
import { segmentHandlers } from './segment-handlers.ts'
import { streamHandlers } from './stream-handlers.ts'
import { tokenHandlers } from './token-handlers.ts'
import { transactionHandlers } from './transaction-handlers.ts'

/** Handlers of the controller's methods. */
export type ControllerHandlers = UnaryHandlers<(typeof ControllerService)['method']>

/** Where clients find the two halves of the server. */
export interface PublishedEndpoints {
  controller(): Endpoint
  segmentStore(): Endpoint
}

/** Every method that is served: all of them but `getControllerToBucketMapping`, which Pravega 0.13 has not either. */
export function controllerHandlers(
  context: ControllerContext,
  endpoints: PublishedEndpoints,
  groupsNeed: Permission = 'READ_UPDATE',
): ControllerHandlers {
  return {
    ...clusterHandlers(endpoints),
    ...tokenHandlers(context, groupsNeed),
    ...scopeHandlers(context),
    ...streamHandlers(context),
    ...segmentHandlers(context),
    ...scalingHandlers(context),
    ...transactionHandlers(context),
    ...readerGroupHandlers(context),
    ...keyValueTableHandlers(context),
  }
}
