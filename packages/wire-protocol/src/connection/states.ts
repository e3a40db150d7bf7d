import type { PravegaError } from '@pravega-ts/model'
import { startTimer } from '../call.ts'
import { Liveness } from './liveness.ts'

// The states of a connection. Each is made by the function of its name and owns the timers of that state; `exit` ends
// them. Only WireConnection moves from one to the next.
//
//   connecting -> greeting -> ready -> draining -> closed
//        └───────────┴──────────┴───────────────────^

/** The socket is being connected (and secured). */
export interface Connecting {
  readonly tag: 'connecting'
  exit(): void
}

/** Our Hello is out, the peer's has not come. */
export interface Greeting {
  readonly tag: 'greeting'
  exit(): void
}

/** Flows can be opened and used. */
export interface Ready {
  readonly tag: 'ready'
  readonly liveness: Liveness
  /** Starts the timer that looks after the peer; it stops by itself when nobody relies on the connection. */
  watch(): void
  exit(): void
}

/** Waiting requests may still get their replies; nothing new is taken. */
export interface Draining {
  readonly tag: 'draining'
  readonly cause: PravegaError
  exit(): void
}

/** No socket any more. */
export interface Closed {
  readonly tag: 'closed'
  readonly cause: PravegaError
  exit(): void
}

export type ConnectionState = Connecting | Greeting | Ready | Draining | Closed

export function connecting(timeoutMs: number, onTimeout: () => void): Connecting {
  const timer = startTimer(timeoutMs, onTimeout)
  return { tag: 'connecting', exit: () => clearTimeout(timer) }
}

export function greeting(timeoutMs: number, onTimeout: () => void): Greeting {
  const timer = startTimer(timeoutMs, onTimeout)
  return { tag: 'greeting', exit: () => clearTimeout(timer) }
}

/** What the ready state asks of its connection. */
export interface ReadyActions {
  /** Whether flows are open or a frame is half there, so that a dead peer must be noticed. */
  relied(): boolean
  sendKeepAlive(): void
  onSilent(): void
}

export function ready(timeouts: { keepAliveMs: number; idleReadMs: number }, actions: ReadyActions): Ready {
  const liveness = new Liveness(timeouts.keepAliveMs, timeouts.idleReadMs, performance.now())
  let timer: NodeJS.Timeout | undefined
  let recheck: NodeJS.Immediate | undefined
  const check = (): void => {
    timer = undefined
    if (!actions.relied()) return
    const now = performance.now()
    if (liveness.isSilent(now)) {
      // A program that was busy or asleep runs its late timers before it looks at its sockets: let them have a turn.
      recheck = setImmediate(() => {
        if (liveness.isSilent(performance.now())) actions.onSilent()
        else watch()
      })
      return
    }
    if (liveness.wantsKeepAlive(now)) actions.sendKeepAlive()
    watch()
  }
  const watch = (): void => {
    timer ??= startTimer(liveness.nextCheckMs(performance.now()), check).unref()
  }
  const exit = (): void => {
    clearTimeout(timer)
    clearImmediate(recheck)
  }
  return { tag: 'ready', liveness, watch, exit }
}

export function draining(cause: PravegaError, timeoutMs: number, onTimeout: () => void): Draining {
  const timer = startTimer(timeoutMs, onTimeout)
  return { tag: 'draining', cause, exit: () => clearTimeout(timer) }
}

export function closed(cause: PravegaError): Closed {
  return { tag: 'closed', cause, exit: () => {} }
}
