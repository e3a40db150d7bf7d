import type { Controller } from '@pravega-ts/controller-client'
import { type Deadline, type ScopedSegment, ScopedStream } from '@pravega-ts/model'

/** What a token must allow. */
export type Access = 'read' | 'readWrite'

/** A token is replaced this long before it expires, so that a request on its way does not meet its end. */
const RENEW_BEFORE_S = 5

interface KnownToken {
  readonly text: string
  /** Seconds since 1970; `Infinity`: never. */
  readonly expires: number
}

/**
 * When a delegation token expires, in seconds since 1970. A text that is not a JSON web token with an `exp` claim never does;
 * the empty one (authorization is off) neither.
 */
export function tokenExpiry(text: string): number {
  const [, body, signature] = text.split('.')
  if (body === undefined || signature === undefined) return Number.POSITIVE_INFINITY
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
    const expires = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined
    return typeof expires === 'number' ? expires : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/**
 * The tokens with which the controller lets a client use the segments of a stream. Kept for each stream and access, renewed
 * five seconds before they expire and when a segment store has refused one.
 */
export class DelegationTokens {
  readonly #controller: Pick<Controller, 'getDelegationToken'>
  readonly #known = new Map<string, KnownToken>()
  readonly #asking = new Map<string, Promise<KnownToken>>()
  readonly #timeoutMs: number
  readonly #now: () => number

  /**
   * @param timeoutMs - How long the controller may take; callers may give up waiting earlier.
   * @param now - Milliseconds since 1970.
   */
  constructor(controller: Pick<Controller, 'getDelegationToken'>, timeoutMs: number, now: () => number = Date.now) {
    this.#controller = controller
    this.#timeoutMs = timeoutMs
    this.#now = now
  }

  async get(segment: ScopedSegment, access: Access, deadline: Deadline): Promise<string> {
    const key = keyOf(segment, access)
    const known = this.#known.get(key)
    if (known !== undefined && this.#lasts(known)) return known.text
    let asking = this.#asking.get(key)
    if (asking === undefined) {
      asking = this.#ask(segment, access, key)
      this.#asking.set(key, asking)
    }
    return (await deadline.race(asking)).text
  }

  /** Whether a token that was given out earlier is still the one to use. */
  isFresh(segment: ScopedSegment, access: Access, token: string): boolean {
    const known = this.#known.get(keyOf(segment, access))
    return known !== undefined && known.text === token && this.#lasts(known)
  }

  /** A segment store has refused the token. A token that was learned since then is kept. */
  forget(segment: ScopedSegment, access: Access, token: string): void {
    const key = keyOf(segment, access)
    if (this.#known.get(key)?.text === token) this.#known.delete(key)
  }

  #lasts(token: KnownToken): boolean {
    return this.#now() / 1000 + RENEW_BEFORE_S < token.expires
  }

  async #ask(segment: ScopedSegment, access: Access, key: string): Promise<KnownToken> {
    try {
      const text = await this.#controller.getDelegationToken(new ScopedStream(segment.scope, segment.stream), access, {
        timeoutMs: this.#timeoutMs,
      })
      const token = { text, expires: tokenExpiry(text) }
      this.#known.set(key, token)
      return token
    } finally {
      this.#asking.delete(key)
    }
  }
}

function keyOf(segment: ScopedSegment, access: Access): string {
  return `${access} ${segment.scope}/${segment.stream}`
}
