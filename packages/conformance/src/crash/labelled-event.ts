// Events of a crash run: `e <key> <n> <padding length>|<padding>` of writers, `t <transaction> <n> <padding length>|<padding>` of
// transactions.

const PAD = '.'

export interface LabelledEvent {
  readonly kind: 'e' | 't'
  /** The key, or the transaction's id. */
  readonly name: string
  readonly n: number
}

export function textOf({ kind, name, n }: LabelledEvent, padding: number): string {
  return `${kind} ${name} ${n} ${padding}|${PAD.repeat(padding)}`
}

/** The part of a text that tells it from others; with `BROKEN` in front when the rest is not as it was written. */
export function labelOf(text: string): string {
  const bar = text.indexOf('|')
  const label = text.slice(0, bar)
  const padding = Number(label.slice(label.lastIndexOf(' ') + 1))
  return bar >= 0 && text.length === bar + 1 + padding && text.endsWith(PAD.repeat(padding)) ? label : `BROKEN ${label}`
}

/** @returns undefined for what was not written by a crash run */
export function parseLabel(label: string): LabelledEvent | undefined {
  const [kind, name, n] = label.split(' ')
  if ((kind !== 'e' && kind !== 't') || name === undefined || n === undefined) return undefined
  return { kind, name, n: Number(n) }
}
