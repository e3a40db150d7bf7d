import type { Socket } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { ControllerService } from '@pravega-ts/controller-client/generated'
import type { ControllerFaultGate } from '../../faults/controller-faults.ts'
import type { ControllerContext } from '../operations/context.ts'
import { CallServer } from './call-server.ts'
import { controllerHandlers, type PublishedEndpoints } from './controller-handlers.ts'
import { serviceDefinition } from './grpc-service.ts'

/** More calls than this are not under way on one connection at a time; a client keeps the rest until some are done. */
const MAX_CALLS = 1000

/** Speaks gRPC on connections that were accepted elsewhere. */
export interface GrpcServiceHost {
  readonly take: (socket: Socket) => void
  /** Lets the calls that are under way end, and the clients leave; after `drainMs` cuts what is left. */
  stop(drainMs: number): Promise<void>
}

/** The controller's calls. This module brings gRPC along, which takes longer to load than all the rest. */
export function hostControllerService(
  context: ControllerContext,
  endpoints: PublishedEndpoints,
  faults: ControllerFaultGate | undefined,
): GrpcServiceHost {
  const calls = new CallServer(context, faults)
  const server = new Server({ 'grpc.max_concurrent_streams': MAX_CALLS })
  const handlers = controllerHandlers(context, endpoints)
  server.addService(serviceDefinition(ControllerService), calls.implementation(ControllerService, handlers))
  // The port speaks TLS, if need be.
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure())
  return {
    take: injectConnection,
    stop(drainMs) {
      calls.stop()
      return new Promise(resolve => {
        const cut = setTimeout(() => server.forceShutdown(), drainMs)
        server.tryShutdown(() => {
          clearTimeout(cut)
          resolve()
        })
      })
    },
  }
}
