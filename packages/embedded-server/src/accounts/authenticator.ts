import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../time/clock.ts'
import type { Account, Accounts } from './account.ts'
import type { AccountSource } from './account-source.ts'
import { isPasswordOf, type PasswordHash } from './password-hash.ts'

/** What became of the credentials of a call. */
export type Authentication =
  | { readonly outcome: 'account'; readonly account: Account }
  /** No credentials, or of a method that is not served. */
  | { readonly outcome: 'none' }
  | { readonly outcome: 'wrong'; readonly user: string }
  /** They are not what the method says they are. */
  | { readonly outcome: 'unreadable' }
  /** Too many passwords are being checked. */
  | { readonly outcome: 'busy' }

const METHOD = 'Basic'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2,3}={0,2})?$/
/** A password that was right is right for so long without being looked at again, in milliseconds. */
const REMEMBERED_MS = 600_000
const MOST_REMEMBERED = 1000
const MOST_CHECKS = 256

/**
 * Tells who somebody is by an `authorization` header. Checking a password costs milliseconds on purpose, so that one is checked at a
 * time, and what was right is remembered, under a digest that nothing can be learned from.
 */
export class Authenticator {
  readonly #source: AccountSource
  readonly #clock: Clock
  readonly #secret = randomBytes(32)
  #accounts: Accounts
  readonly #remembered = new Map<string, { readonly account: Account; readonly until: number }>()
  readonly #checks = new Map<string, Promise<Authentication>>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(source: AccountSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
    this.#accounts = source.current
  }

  /** @param header - Value of the header, if there is one. Never shown or kept. */
  async authenticate(header: string | undefined): Promise<Authentication> {
    const [method, token] = header?.split(/\s+(.*)/s) ?? []
    if (method !== METHOD || token === undefined) return { outcome: 'none' }
    this.#forgetFormerAccounts()
    const digest = this.#digest(token)
    const remembered = this.#remembered.get(digest)
    if (remembered !== undefined && this.#clock.now() < remembered.until) {
      return { outcome: 'account', account: remembered.account }
    }
    const text = BASE64.test(token) ? Buffer.from(token, 'base64').toString('utf8') : ''
    const colon = text.indexOf(':')
    if (colon < 0) return { outcome: 'unreadable' }
    const under = this.#checks.get(digest)
    if (under !== undefined) return await under
    if (this.#checks.size >= MOST_CHECKS) return { outcome: 'busy' }
    const check = this.#check(text.slice(0, colon), text.slice(colon + 1), digest)
    this.#checks.set(digest, check)
    try {
      return await check
    } finally {
      this.#checks.delete(digest)
    }
  }

  async #check(user: string, password: string, digest: string): Promise<Authentication> {
    const accounts = this.#accounts
    const account = accounts.get(user)
    const before = this.#last
    const checked = before.then(() => this.#isRight(account, password))
    // A failure is the caller's.
    this.#last = checked.catch(() => {})
    if (!(await checked) || account === undefined) return { outcome: 'wrong', user }
    if (accounts === this.#accounts) this.#remember(digest, account)
    return { outcome: 'account', account }
  }

  /** Takes as long for those without an account as for those with one, so that nobody learns which names there are. */
  async #isRight(account: Account | undefined, password: string): Promise<boolean> {
    const secret = account?.secret
    const own = secret !== undefined && 'hash' in secret ? secret.hash : undefined
    const hash = own ?? this.#anyHash()
    const fits = hash !== undefined && (await isPasswordOf(password, hash))
    if (own !== undefined) return fits
    const plain = secret !== undefined && 'password' in secret ? secret.password : ''
    return timingSafeEqual(this.#hmac(password), this.#hmac(plain)) && secret !== undefined
  }

  /** What the check of an account costs, if any of them has a hash. */
  #anyHash(): PasswordHash | undefined {
    for (const { secret } of this.#accounts.values()) {
      if ('hash' in secret) return secret.hash
    }
    return undefined
  }

  #remember(digest: string, account: Account): void {
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size >= MOST_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest)
    this.#remembered.set(digest, { account, until: this.#clock.now() + REMEMBERED_MS })
  }

  #forgetFormerAccounts(): void {
    if (this.#accounts === this.#source.current) return
    this.#accounts = this.#source.current
    this.#remembered.clear()
    this.#checks.clear()
  }

  #digest(text: string): string {
    return this.#hmac(text).toString('base64')
  }

  #hmac(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(text, 'utf8').digest()
  }
}
