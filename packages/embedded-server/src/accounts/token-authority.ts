import { randomBytes } from 'node:crypto'
import type { Clock } from '../time/clock.ts'
import type { TokenSettings } from './check-token-options.ts'
import { includes, isPermission, type Permission } from './permissions.ts'
import { coversSegment } from './resources.ts'

/** What a token allows. */
export interface TokenClaim {
  readonly resource: string
  readonly permission: Permission
}

export type TokenVerdict =
  /** `expiresAt`: Unix time in milliseconds; undefined: never. */
  | { readonly outcome: 'granted'; readonly user: string; readonly expiresAt: number | undefined }
  | { readonly outcome: 'refused' | 'expired'; readonly user: string; readonly reason: string }

/** Issues and checks delegation tokens: what the controller hands out, and the segment store asks for. */
export interface TokenAuthority {
  issue(user: string, claims: readonly TokenClaim[]): string
  /** Whether a token allows this on all of the segments. */
  check(token: string, segments: readonly string[], needed: Permission): TokenVerdict
}

/** A token whose signature is good. */
interface KnownToken {
  readonly user: string
  readonly claims: readonly TokenClaim[]
  readonly expiresAt: number | undefined
}

const ALGORITHM = 'HS512'
const SUBJECT = 'segmentstoreresource'
const AUDIENCE = 'segmentstore'
const OWN_KEY_BYTES = 64
/** Checking a signature costs much more than all the rest of a small read; tokens come again with each request. */
const MOST_KNOWN = 1000
const LONGEST_TOKEN = 16_384

/** JSON web tokens as Pravega's: HS512, and a claim `resource: permission` for each resource. */
export async function openTokenAuthority(settings: TokenSettings, clock: Clock): Promise<TokenAuthority> {
  // Nobody pays for loading it who has no accounts.
  const { createSigner, createVerifier } = await import('fast-jwt')
  const key = Buffer.from(settings.key ?? randomBytes(OWN_KEY_BYTES))
  const sign = createSigner({ algorithm: ALGORITHM, key })
  // Time is the server's own, which tests may move, so that expiry is looked at here.
  const verify = createVerifier({
    algorithms: [ALGORITHM],
    key,
    allowedAud: AUDIENCE,
    allowedSub: SUBJECT,
    ignoreExpiration: true,
  })
  const known = new Map<string, KnownToken>()
  const read = (token: string): KnownToken | undefined => {
    const found = known.get(token)
    if (found !== undefined || token.length > LONGEST_TOKEN) return found
    let payload: Readonly<Record<string, unknown>>
    try {
      payload = verify(token)
    } catch {
      return undefined
    }
    const read = knownToken(payload)
    const [oldest] = known.keys()
    if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest)
    known.set(token, read)
    return read
  }
  return {
    issue(user, claims) {
      const iat = Math.floor(clock.now() / 1000)
      const named = Object.fromEntries(claims.map(({ resource, permission }) => [resource, permission]))
      const exp = settings.lifetimeS === undefined ? {} : { exp: iat + settings.lifetimeS }
      return sign({ sub: SUBJECT, aud: AUDIENCE, iat, ...named, user, ...exp })
    },
    check(token, segments, needed) {
      if (token === '') return { outcome: 'refused', user: '', reason: 'no token' }
      const found = read(token)
      if (found === undefined) return { outcome: 'refused', user: '', reason: 'the token is not of this server' }
      const { claims, expiresAt, user } = found
      if (expiresAt !== undefined && clock.now() >= expiresAt) {
        return { outcome: 'expired', user, reason: 'the token has expired' }
      }
      const allows = (segment: string): boolean =>
        claims.some(claim => includes(claim.permission, needed) && coversSegment(claim.resource, segment))
      if (segments.length === 0 || !segments.every(allows))
        return { outcome: 'refused', user, reason: `the token does not allow ${needed}` }
      return { outcome: 'granted', user, expiresAt }
    },
  }
}

function knownToken({ exp, user, ...others }: Readonly<Record<string, unknown>>): KnownToken {
  return {
    user: typeof user === 'string' ? user : '',
    expiresAt: typeof exp === 'number' ? exp * 1000 : undefined,
    claims: Object.entries(others).flatMap(([resource, permission]) =>
      isPermission(permission) ? [{ resource, permission }] : [],
    ),
  }
}
