import { setTimeout as sleep } from 'node:timers/promises'
import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { ConnectError } from '@connectrpc/connect'
import { type ClientConfig, retryDelayMs } from '@pravega-ts/config'
import { abortedError, type CallOptions, type CloseOptions, formatEndpoint, PravegaError } from '@pravega-ts/model'
import { CallScope } from './call-scope.ts'
import { callEnded, callRetried } from './diagnostics.ts'
import { type Again, BRIEF_ATTEMPTS, type Failure, failure } from './outcomes/grpc-codes.ts'
import type { Carrier } from './transport/channel.ts'

/** The transport learns of the deadline a little late, so that it is always the call itself that knows why it ended. */
const DEADLINE_SLACK_MS = 200
/** A pause takes at most this part of a call's time, so that a short call gets more than one try too. */
const LONGEST_PAUSE = 1 / 4

/** What a call needs of the connections below it. */
export interface Reach {
  readonly transport: Carrier
  /** Where the controllers are, for errors; undefined when only the transport knows. */
  readonly endpoints?: () => string
  /** Whether a controller is connected; undefined when only the transport knows. */
  readonly connected?: () => boolean
  /** Settles when the list of controllers is known. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>
  /** Told when no controller could be reached. */
  readonly unreachable?: () => void
  readonly close?: () => void
}

interface Progress {
  attempts: number
  /** Whether an answer is waited for at the moment. */
  sending: boolean
  /** The last failure, also while the next attempt is under way. */
  last?: Failure
  /** The authorization that was refused, and how. */
  refused?: { readonly authorization: string; readonly failure: Failure }
}

/** Sends one method after the other: deadline, retries, credentials, errors. Knows nothing of what the methods mean. */
export class Calls {
  private readonly reach: Reach
  private readonly config: ClientConfig
  private readonly inFlight = new Set<Promise<unknown>>()
  private readonly force = new AbortController()
  private closing: Promise<void> | undefined

  constructor(reach: Reach, config: ClientConfig) {
    this.reach = reach
    this.config = config
  }

  /** What a whole call may take when its options do not say it, in milliseconds. */
  get defaultTimeoutMs(): number {
    return this.config.timeouts.controllerMs
  }

  /**
   * Sends a request until it is answered, refused or out of time.
   *
   * @param subject - What the call is about, for errors.
   * @throws PravegaError
   */
  async send<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    subject: string,
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    if (this.closing !== undefined) throw closed(method.name, subject)
    const work = this.complete(method, subject, request, options)
    this.inFlight.add(work)
    try {
      return await work
    } finally {
      this.inFlight.delete(work)
    }
  }

  /** Takes no more calls; waits for those in flight, for as long as `timeouts.closeMs`, unless by force. */
  close({ force = false }: CloseOptions = {}): Promise<void> {
    if (force) this.force.abort()
    this.closing ??= this.drain().finally(() => this.reach.close?.())
    return this.closing
  }

  private async drain(): Promise<void> {
    const late = setTimeout(() => this.force.abort(), this.config.timeouts.closeMs)
    await Promise.allSettled(this.inFlight)
    clearTimeout(late)
  }

  private async complete<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    subject: string,
    request: MessageInitShape<I>,
    options: CallOptions,
  ): Promise<MessageShape<O>> {
    const scope = new CallScope(options, this.defaultTimeoutMs, this.force.signal)
    const progress: Progress = { attempts: 0, sending: false }
    let code: string | undefined
    try {
      for (;;) {
        scope.signal.throwIfAborted()
        try {
          return await this.attempt(method, subject, request, scope, progress)
        } catch (error) {
          if (!(await this.pauseBeforeNext(method.name, error, scope, progress))) throw error
        }
      }
    } catch (thrown) {
      const error = this.explain(method.name, subject, thrown, scope, progress)
      code = error.code
      throw error
    } finally {
      scope.dispose()
      if (callEnded.hasSubscribers) {
        callEnded.publish({ method: method.name, durationMs: scope.elapsedMs, attempts: progress.attempts, code })
      }
    }
  }

  private async attempt<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    subject: string,
    request: MessageInitShape<I>,
    scope: CallScope,
    progress: Progress,
  ): Promise<MessageShape<O>> {
    const { transport, prepare } = this.reach
    if (prepare !== undefined) await scope.race(prepare(scope.signal))
    const authorization = await this.authorization(scope)
    if (progress.refused !== undefined && progress.refused.authorization === authorization) {
      progress.last = { error: progress.refused.failure.error, again: 'never' }
      throw progress.last.error
    }
    progress.attempts += 1
    progress.sending = true
    const header = authorization === undefined ? undefined : { authorization }
    try {
      const sent = transport.unary(method, scope.signal, scope.remainingMs + DEADLINE_SLACK_MS, header, request)
      return (await scope.race(sent)).message
    } catch (thrown) {
      scope.signal.throwIfAborted()
      const { code, rawMessage } = ConnectError.from(thrown)
      progress.last = failure(method.name, subject, code, rawMessage)
      if (progress.last.again === 'withNewCredentials') progress.last = this.withoutThese(authorization, progress)
      if (progress.last.error.code === 'UNAVAILABLE') this.reach.unreachable?.()
      throw progress.last.error
    } finally {
      progress.sending = scope.signal.aborted
    }
  }

  private async authorization(scope: CallScope): Promise<string | undefined> {
    const { credentials } = this.config
    if (credentials === undefined) return undefined
    try {
      const asked = credentials.authorization({ signal: scope.signal, timeoutMs: scope.remainingMs })
      return await scope.race(Promise.resolve(asked))
    } catch (thrown) {
      scope.signal.throwIfAborted()
      if (PravegaError.is(thrown)) throw thrown
      throw new PravegaError(
        'UNAUTHENTICATED',
        `The ${credentials.kind} credentials could not be had: ${thrown instanceof Error ? thrown.message : thrown}. Check their source.`,
        { cause: thrown },
      )
    }
  }

  /** A second refusal in one call is final: the credentials had their chance to renew what they hand out. */
  private withoutThese(authorization: string | undefined, progress: Progress): Failure {
    const failure = progress.last as Failure
    if (authorization === undefined || progress.refused !== undefined) return { ...failure, again: 'never' }
    progress.refused = { authorization, failure }
    this.config.credentials?.forget?.(authorization)
    return failure
  }

  /** False: there is no next attempt. */
  private async pauseBeforeNext(
    method: string,
    error: unknown,
    scope: CallScope,
    progress: Progress,
  ): Promise<boolean> {
    const { attempts, last } = progress
    const { retry, logger } = this.config
    if (last === undefined || last.error !== error || attempts >= retry.attempts) return false
    if (!goesOn(last.again, attempts)) return false
    const policy = last.again === 'withNewCredentials' ? 0 : retryDelayMs(retry, attempts)
    const delayMs = Math.min(policy, scope.budgetMs * LONGEST_PAUSE)
    const { code } = last.error
    logger.debug('controller call is sent again', { method, attempt: attempts, delayMs, code })
    if (callRetried.hasSubscribers) callRetried.publish({ method, attempt: attempts, delayMs, code })
    await sleep(delayMs, undefined, { signal: scope.signal }).catch(() => scope.signal.throwIfAborted())
    return true
  }

  private explain(
    method: string,
    subject: string,
    thrown: unknown,
    scope: CallScope,
    progress: Progress,
  ): PravegaError {
    const { endedBy } = scope
    if (endedBy === 'close') return closed(method, subject)
    if (endedBy === 'caller') return abortedError(`${method} of ${subject}`, scope.signal.reason)
    if (endedBy === 'deadline') return this.late(method, subject, scope, progress)
    const error = PravegaError.from(thrown)
    return error.code === 'UNAVAILABLE' ? this.unreached(error, scope, progress) : error
  }

  private late(method: string, subject: string, scope: CallScope, progress: Progress): PravegaError {
    const { last, attempts, sending } = progress
    if (sending ? this.reach.connected?.() === false : last?.error.code === 'UNAVAILABLE') {
      const why = `${method} of ${subject} failed: no connection to a controller came about. Check address, port and network.`
      const known = last?.error.code === 'UNAVAILABLE' ? last.error : undefined
      const error = known ?? new PravegaError('UNAVAILABLE', why, { details: { method, subject } })
      return this.unreached(error, scope, progress)
    }
    const text = `${method} of ${subject} had no result within ${scope.budgetMs} ms; it may still take effect. Allow more time with timeoutMs.`
    const details = { method, subject, attempts, timeoutMs: scope.budgetMs }
    return new PravegaError('DEADLINE_EXCEEDED', text, { details, ...(last && { cause: last.error }) })
  }

  private unreached(error: PravegaError, scope: CallScope, { attempts }: Progress): PravegaError {
    const endpoints = this.reach.endpoints?.() ?? this.config.controllerUri.endpoints.map(formatEndpoint).join(', ')
    const seconds = (scope.elapsedMs / 1000).toFixed(1)
    const tried = `Tried ${endpoints} for ${seconds} s, ${attempts} ${attempts === 1 ? 'time' : 'times'}.`
    const details = { ...error.details, endpoints, attempts, elapsedMs: Math.round(scope.elapsedMs) }
    return new PravegaError('UNAVAILABLE', `${error.message} ${tried}`, { retriable: error.retriable, details })
  }
}

function goesOn(again: Again, attempts: number): boolean {
  return again === 'always' || again === 'withNewCredentials' || (again === 'briefly' && attempts < BRIEF_ATTEMPTS)
}

function closed(method: string, subject: string): PravegaError {
  const text = `${method} of ${subject} was not completed: the controller client is closed. Make a new one.`
  return new PravegaError('CLOSED', text, { details: { method, subject } })
}
