import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js'
import { INTRODUCTION_MS } from '../../listening/limits.ts'
import { Patience } from '../../listening/patience.ts'
import type { Clock } from '../../time/clock.ts'

/** So many requests may take their time, of all clients together. Each holds at most 4 MiB. */
const MAX_SLOW = 64
/** A request that is incomplete for so long is slow, in milliseconds: a burst of calls begins before the first one is complete. */
const SLOW_MS = 1000

/**
 * Watches over calls whose request does not come to its end: those of real clients are complete as soon as they have begun.
 * @param drop - ends the connection of a client, by address and port: one of its requests takes too long, or it is the oldest of too many
 */
export function watchIncompleteRequests(clock: Clock, drop: (peer: string) => void): ServerInterceptor {
  const incomplete = new Patience<ServerInterceptingCallInterface>(clock, INTRODUCTION_MS, call => drop(call.getPeer()))
  const begin = (call: ServerInterceptingCallInterface): void => {
    incomplete.begin(call)
    if (incomplete.size <= MAX_SLOW) return
    const { longest } = incomplete
    if (longest === undefined || longest.ms < SLOW_MS) return
    incomplete.end(longest.waiting)
    drop(longest.waiting.getPeer())
  }
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: next => {
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => {
            begin(call)
            pass(metadata)
          })
          .withOnReceiveHalfClose(pass => {
            incomplete.end(call)
            pass()
          })
          .withOnCancel(() => incomplete.end(call))
          .build()
        next(listener)
      },
    })
}
