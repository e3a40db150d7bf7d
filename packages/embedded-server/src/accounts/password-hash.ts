import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { invalidAccount } from './invalid-account.ts'

/** A password as Pravega keeps it: PBKDF2 with HMAC-SHA-256. */
export interface PasswordHash {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const derive = promisify(pbkdf2)
const DIGEST = 'sha256'
const ITERATIONS = 5000
const SALT_BYTES = 32
const HASH_BYTES = 64
/** More would keep a thread busy for seconds at each login. */
const MOST_ITERATIONS = 10_000_000
const FEWEST_HASH_BYTES = 16
const MOST_HASH_BYTES = 512
const HEX = /^(?:[0-9a-f]{2})+$/i
const PARTS = /^([1-9]\d{0,7}):((?:[0-9a-f]{2})+):((?:[0-9a-f]{2})+)$/i

/**
 * Makes the hash of a password for a password file or a `UserAccount`: 5000 rounds of PBKDF2 over a random salt, in Pravega's form.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, ITERATIONS, HASH_BYTES, DIGEST)
  return formatPasswordHash({ iterations: ITERATIONS, salt, hash })
}

export async function isPasswordOf(password: string, { iterations, salt, hash }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, iterations, hash.byteLength, DIGEST), hash)
}

export function formatPasswordHash({ iterations, salt, hash }: PasswordHash): string {
  const text = `${iterations}:${Buffer.from(salt).toString('hex')}:${Buffer.from(hash).toString('hex')}`
  return Buffer.from(text, 'latin1').toString('hex')
}

/**
 * Reads hex("iterations:hex(salt):hex(hash)").
 * @throws PravegaError INVALID_CONFIG that does not show the text
 */
export function parsePasswordHash(text: string, where: string): PasswordHash {
  const inner = HEX.test(text) ? Buffer.from(text, 'hex').toString('latin1') : ''
  const [, iterations, salt, hash] = PARTS.exec(inner) ?? []
  const parsed = {
    iterations: Number(iterations),
    salt: Buffer.from(salt ?? '', 'hex'),
    hash: Buffer.from(hash ?? '', 'hex'),
  }
  const { byteLength } = parsed.hash
  if (!(parsed.iterations <= MOST_ITERATIONS) || byteLength < FEWEST_HASH_BYTES || byteLength > MOST_HASH_BYTES) {
    throw invalidAccount(where, 'the password hash cannot be read (not shown)', 'make one with hashPassword()')
  }
  return parsed
}
