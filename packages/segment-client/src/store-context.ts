import type { ClientConfig } from '@pravega-ts/config'
import { Deadline, type Endpoint, formatEndpoint, PravegaError, type ScopedSegment } from '@pravega-ts/model'
import {
  type ConnectionPool,
  errorFromReply,
  type Flow,
  type FlowHandler,
  type IdentifiedRequest,
  isFailureReply,
  type Reply,
} from '@pravega-ts/wire-protocol'
import type { SlabPool } from './append/slab-pool.ts'
import type { Access, DelegationTokens } from './delegation-tokens.ts'
import { waitChannel } from './diagnostics.ts'
import type { SegmentLocator } from './locator.ts'
import { retrying } from './retry.ts'
import { ownerOf, type SegmentReference, segmentName } from './segment-name.ts'

/** What all that works on segments shares. */
export interface StoreContext {
  readonly config: ClientConfig
  readonly pool: Pick<ConnectionPool, 'acquire'>
  readonly locator: SegmentLocator
  readonly tokens: DelegationTokens
  readonly slabs: SlabPool
}

/** A way to the segment store that serves a segment, with the token to show there. */
export interface Route {
  readonly flow: Flow
  readonly endpoint: Endpoint
  readonly token: string
}

/** Finds the segment's store, connects, and gets a token. */
export async function openRoute(
  context: StoreContext,
  segment: SegmentReference,
  access: Access,
  handler: FlowHandler,
  dedicated: boolean,
  deadline: Deadline,
): Promise<Route> {
  const owner = ownerOf(segment)
  const [endpoint, token] = await Promise.all([
    context.locator.locate(owner, deadline),
    context.tokens.get(owner, access, deadline),
  ])
  try {
    const flow = await context.pool.acquire(endpoint, handler, { signal: deadline.signal, dedicated })
    return { flow, endpoint, token }
  } catch (error) {
    deadline.check()
    context.locator.forget(owner, endpoint)
    throw error
  }
}

/** What an error says about the route is taken to heart: the next one is asked for anew. */
export function learnFrom(
  error: PravegaError,
  context: StoreContext,
  owner: ScopedSegment,
  access: Access,
  route: Pick<Route, 'endpoint' | 'token'>,
): void {
  if (PravegaError.is(error, 'WRONG_HOST', 'CONNECTION_LOST', 'CONNECTION_FAILED')) {
    context.locator.forget(owner, route.endpoint)
  }
  if (PravegaError.is(error, 'TOKEN_EXPIRED')) context.tokens.forget(owner, access, route.token)
}

/** One request and what becomes of its answer. */
export interface RequestPlan<T> {
  /** As in "sealing segment a/b/0.#epoch.0". */
  readonly what: string
  readonly segment: SegmentReference
  readonly access: Access
  make(requestId: bigint, token: string): IdentifiedRequest
  /** The result, from a reply that is an answer; undefined for others, which fail the request. */
  read(reply: Reply): { readonly value: T } | undefined
  /**
   * Whether a failure, after an earlier answer to the same request was lost, may mean that the earlier one had succeeded.
   * Default: it never does.
   */
  isDoubtful?(error: PravegaError): boolean
}

const NO_HANDLER: FlowHandler = { onReply() {}, onClose() {} }

/** Calls have this many times the time of one request, so that a request can be repeated. */
const REQUESTS_PER_CALL = 4

/** Makes a request, again and again as the retry policy says, until there is an answer. */
export async function request<T>(
  context: StoreContext,
  plan: RequestPlan<T>,
  call: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined } | undefined,
): Promise<T> {
  const { config } = context
  using deadline = new Deadline(plan.what, call, config.timeouts.requestMs * REQUESTS_PER_CALL)
  let lost: PravegaError | undefined
  return await retrying(
    config.retry,
    deadline,
    async () => {
      try {
        return await attempt(context, plan, deadline)
      } catch (caught) {
        const error = PravegaError.from(caught)
        if (lost !== undefined && plan.isDoubtful?.(error)) throw unknownOutcome(plan.what, lost, error)
        if (wasSent(error)) lost = error
        throw error
      }
    },
    (error, attempts, delayMs) => {
      const segment = segmentName(plan.segment)
      config.logger.warn(`${plan.what} is tried again`, { attempts, delayMs, cause: error.message })
      waitChannel.publish({ segment, who: 'request', waitsFor: plan.what, attempt: attempts, delayMs, cause: error })
    },
  )
}

async function attempt<T>(context: StoreContext, plan: RequestPlan<T>, deadline: Deadline): Promise<T> {
  const owner = ownerOf(plan.segment)
  const route = await openRoute(context, plan.segment, plan.access, NO_HANDLER, false, deadline)
  try {
    const reply = await ask(context, plan, route, deadline)
    const answer = plan.read(reply)
    if (answer !== undefined) return answer.value
    const segment = segmentName(plan.segment)
    const error = isFailureReply(reply)
      ? errorFromReply(reply, { operation: plan.what, segment })
      : new PravegaError('PROTOCOL_VIOLATION', `${plan.what} was answered by ${reply.command}`)
    learnFrom(error, context, owner, plan.access, route)
    throw error
  } finally {
    route.flow.close()
  }
}

async function ask<T>(context: StoreContext, plan: RequestPlan<T>, route: Route, deadline: Deadline): Promise<Reply> {
  const limitMs = context.config.timeouts.requestMs
  using limit = new Deadline(plan.what, { signal: deadline.signal }, Math.min(limitMs, deadline.remainingMs))
  try {
    return await limit.race(route.flow.request(id => plan.make(id, route.token), { signal: limit.signal }))
  } catch (caught) {
    deadline.check()
    const cause = PravegaError.from(caught)
    if (!PravegaError.is(cause, 'CONNECTION_LOST', 'DEADLINE_EXCEEDED')) throw cause
    context.locator.forget(ownerOf(plan.segment), route.endpoint)
    const message = `${plan.what} got no answer from ${formatEndpoint(route.endpoint)}: ${cause.message}`
    throw new PravegaError('CONNECTION_LOST', message, { cause, retriable: true, details: { sent: true } })
  }
}

/** Whether a request went out whose answer will not come. */
function wasSent(error: PravegaError): boolean {
  const { sent } = error.details
  return sent === true
}

function unknownOutcome(what: string, lost: PravegaError, then: PravegaError): PravegaError {
  return new PravegaError(
    'CONNECTION_LOST',
    `Whether ${what} took effect is unknown: its answer was lost (${lost.message}), and asking again was answered by ${then.code}. ` +
      'Read what is there now and decide on that',
    { cause: then, retriable: false, details: { outcome: 'unknown', answer: then.code } },
  )
}
