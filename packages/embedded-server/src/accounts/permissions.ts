import { invalidAccount } from './invalid-account.ts'

/** What an account may do with a resource; each includes those before it. */
export type Permission = 'NONE' | 'READ' | 'READ_UPDATE'

/** What is allowed on the resources that a pattern stands for. */
export interface AccessRule {
  /** `*` stands for any text, also for none. */
  readonly pattern: string
  readonly permission: Permission
}

const ORDER: readonly string[] = ['NONE', 'READ', 'READ_UPDATE'] satisfies readonly Permission[]
const DOMAIN = 'prn::'

export function isPermission(text: unknown): text is Permission {
  return typeof text === 'string' && ORDER.includes(text)
}

export function includes(granted: Permission, needed: Permission): boolean {
  return ORDER.indexOf(granted) >= ORDER.indexOf(needed)
}

/** What the first rule that fits the resource says; nothing is allowed without one. */
export function permissionOn(resource: string, rules: readonly AccessRule[]): Permission {
  return rules.find(({ pattern }) => fits(pattern, resource))?.permission ?? 'NONE'
}

/**
 * Reads `pattern,PERMISSION`.
 * @throws PravegaError INVALID_CONFIG
 */
export function parseRule(text: string, where: string): AccessRule {
  const [pattern = '', permission, ...more] = text.split(',').map(part => part.trim())
  if (!pattern.startsWith(DOMAIN) || !isPermission(permission) || more.length > 0) {
    const remedy = `write it as pattern,PERMISSION, for instance prn::/scope:orders/*,READ_UPDATE; PERMISSION is one of ${ORDER.join(', ')}`
    throw invalidAccount(where, `"${text}" is not a rule`, remedy)
  }
  return { pattern, permission }
}

/** Whether the pattern stands for the whole text. */
export function fits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === pattern
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
