import type { Socket } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { ControllerService } from '@pravega-ts/controller-client/generated'
import type { AccessControl } from '../../accounts/access-control.ts'
import type { ControllerFaultGate } from '../../faults/controller-faults.ts'
import { peerOf } from '../../listening/port.ts'
import type { ControllerContext } from '../operations/context.ts'
import { admissionBy } from './admission.ts'
import { CallServer } from './call-server.ts'
import { controllerHandlers, type PublishedEndpoints } from './controller-handlers.ts'
import { serviceDefinition } from './grpc-service.ts'
import { watchIncompleteRequests } from './incomplete-requests.ts'

/** More calls than this are not under way on one connection at a time; a client keeps the rest until some are done. */
const MAX_CALLS = 1000

/** Speaks gRPC on connections that were accepted elsewhere. */
export interface GrpcServiceHost {
  /** @param introduced - called when the client makes its first call. */
  take(socket: Socket, introduced: () => void): void
  /** Lets the calls that are under way end, and the clients leave; after `drainMs` cuts what is left. */
  stop(drainMs: number): Promise<void>
}

/** The controller's calls. This module brings gRPC along, which takes longer to load than all the rest. */
export function hostControllerService(
  context: ControllerContext,
  endpoints: PublishedEndpoints,
  faults: ControllerFaultGate | undefined,
  access: AccessControl | undefined,
): GrpcServiceHost {
  const sockets = new Map<string, Socket>()
  const strangers = new Map<string, () => void>()
  const calls = new CallServer(context, faults, access && admissionBy(access, context.logger), peer => {
    strangers.get(peer)?.()
    strangers.delete(peer)
  })
  const interceptors = [watchIncompleteRequests(context.clock, peer => void sockets.get(peer)?.destroy())]
  const server = new Server({ 'grpc.max_concurrent_streams': MAX_CALLS, interceptors })
  const handlers = controllerHandlers(context, endpoints, access?.readerGroupsNeed)
  server.addService(serviceDefinition(ControllerService), calls.implementation(ControllerService, handlers))
  // The port speaks TLS, if need be.
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure())
  const leaving = new Set<() => void>()
  const left = (peer: string): void => {
    sockets.delete(peer)
    strangers.delete(peer)
    if (sockets.size === 0) for (const resolve of leaving) resolve()
  }
  return {
    take(socket, introduced) {
      // It may have gone while gRPC was loaded.
      if (socket.destroyed) return
      const peer = peerOf(socket)
      sockets.set(peer, socket)
      strangers.set(peer, introduced)
      socket.once('close', () => left(peer))
      injectConnection(socket)
    },
    async stop(drainMs) {
      calls.stop()
      const cut = setTimeout(() => {
        server.forceShutdown()
        for (const socket of sockets.values()) socket.destroy()
      }, drainMs)
      server.tryShutdown(() => {})
      // grpc-js does not wait for the connections that it did not accept itself.
      if (sockets.size > 0) await new Promise<void>(resolve => leaving.add(resolve))
      clearTimeout(cut)
    },
  }
}
