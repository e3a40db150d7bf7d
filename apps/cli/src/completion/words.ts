import type { ConnectionFlags } from '../connection-flags.ts'

const VALUE_FLAGS = {
  '--controller': 'controller',
  '--auth-user': 'authUser',
  '--auth-password-file': 'authPasswordFile',
  '--auth-token-file': 'authTokenFile',
  '--keycloak-file': 'keycloakFile',
  '--ca': 'ca',
  '--cert': 'cert',
  '--key': 'key',
} as const satisfies Record<string, keyof ConnectionFlags>

/** The flags that say which server, out of a command line that is not finished. */
export function connectionFlagsIn(words: readonly string[]): ConnectionFlags {
  const flags: { -readonly [K in (typeof VALUE_FLAGS)[keyof typeof VALUE_FLAGS]]?: string } = {}
  for (const [index, word] of words.entries()) {
    const [name = '', inline] = splitOnce(word, '=')
    if (!isValueFlag(name)) continue
    const value = inline ?? words[index + 1]
    if (value !== undefined) flags[VALUE_FLAGS[name]] = value
  }
  return flags
}

function isValueFlag(name: string): name is keyof typeof VALUE_FLAGS {
  return Object.hasOwn(VALUE_FLAGS, name)
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
