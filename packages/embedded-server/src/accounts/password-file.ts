import { type Account, type Accounts, byName, checkName } from './account.ts'
import { parsePasswordHash } from './password-hash.ts'
import { parseRule } from './permissions.ts'

/**
 * Reads a password file of Pravega: a line `name:hash:rule;rule` for each account; `#` begins a comment line. Empty lines mean
 * nothing, where Pravega takes the first one for the end.
 *
 * @param file - Name of the file, for errors.
 * @throws PravegaError INVALID_CONFIG that names the line and shows no hash
 */
export function parsePasswordFile(text: string, file: string): Accounts {
  const found = text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const where = `line ${index + 1} of ${file}`
    return [{ where, account: accountOf(line, where) }]
  })
  return byName(found)
}

function accountOf(line: string, where: string): Account {
  const [name, hash = '', ...rest] = line.split(':')
  const rules = rest.join(':').split(';')
  return {
    name: checkName(name, where),
    secret: { hash: parsePasswordHash(hash.trim(), where) },
    rules: rules.filter(rule => rule.trim() !== '').map(rule => parseRule(rule, where)),
  }
}
