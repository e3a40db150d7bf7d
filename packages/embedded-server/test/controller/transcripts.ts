import { readFileSync } from 'node:fs'
import type { JsonValue } from '@bufbuild/protobuf'

/** One call that was made on Pravega 0.13, and its answer. */
export interface RecordedCall {
  readonly id: string
  readonly method: string
  readonly note: string
  readonly request: JsonValue
  readonly grpc: string
  readonly details?: string
  readonly response?: JsonValue
  readonly metadata?: Readonly<Record<string, string>>
}

interface Transcripts {
  readonly sections: readonly { readonly section: string; readonly entries: readonly RecordedCall[] }[]
}

const file = new URL('../vectors/controller-transcripts.json', import.meta.url)

export function recordedCalls(section: string): readonly RecordedCall[] {
  const { sections } = JSON.parse(readFileSync(file, 'utf8')) as Transcripts
  const found = sections.find(candidate => candidate.section === section)
  if (found === undefined) throw new Error(`no section ${section}`)
  return found.entries
}

/** Rebuilds a value with every string replaced; long strings were cut when the calls were recorded. */
export function mapStrings(value: JsonValue, replace: (text: string, key: string) => string, key = ''): JsonValue {
  if (typeof value === 'string') return replace(value, key)
  if (Array.isArray(value)) return value.map(item => mapStrings(item, replace, key))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapStrings(item, replace, name)]))
}

/** Writes out what was shortened: "x repeated 256 times" and lists like "(128 strings: t0 ... t127)". */
export function expand(value: JsonValue): JsonValue {
  const expanded = mapStrings(value, text => {
    const [, character = '', times = ''] = /^(.) repeated (\d+) times$/.exec(text) ?? []
    return character === '' ? text : character.repeat(Number(times))
  })
  return expandLists(expanded)
}

function expandLists(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const [, count] = /^\((\d+) strings: t0 /.exec(String(value[0])) ?? []
    return count === undefined ? value.map(expandLists) : Array.from({ length: Number(count) }, (_, i) => `t${i}`)
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, expandLists(item)]))
}
