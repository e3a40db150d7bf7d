/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json }

/** How one kind of value is said in JSON, and understood again exactly as it was. */
export interface Kind<T> {
  encode(value: T): Json
  /** @throws TypeError for what `encode` never says */
  decode(json: Json): T
}

/** The kind of a field that may be absent. */
export interface OptionalKind<T> {
  readonly optional: Kind<T>
}

type FieldKinds<T> = {
  readonly [Field in keyof T]-?: Partial<Pick<T, Field>> extends Pick<T, Field>
    ? OptionalKind<Exclude<T[Field], undefined>>
    : Kind<T[Field]>
}

export const text: Kind<string> = primitive('string')
export const flag: Kind<boolean> = primitive('boolean')

/** Any finite number; JSON has them all exactly. */
export const number: Kind<number> = {
  encode: value => {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no number that can be kept`)
    return value
  },
  decode: primitive<number>('number').decode,
}

/** As decimal text: JSON's numbers are not exact so far out. */
export const bigInteger: Kind<bigint> = {
  encode: value => String(value),
  decode: json => {
    const digits = text.decode(json)
    if (!/^-?\d+$/.test(digits)) throw new TypeError(`${digits} is no whole number`)
    return BigInt(digits)
  },
}

export function list<T>(item: Kind<T>): Kind<readonly T[]> {
  return {
    encode: values => values.map(value => item.encode(value)),
    decode: json => asList(json).map(value => item.decode(value)),
  }
}

/** As pairs, in the map's order. */
export function map<K, V>(key: Kind<K>, value: Kind<V>): Kind<ReadonlyMap<K, V>> {
  const pairs = list(pair(key, value))
  return { encode: entries => pairs.encode([...entries]), decode: json => new Map(pairs.decode(json)) }
}

export function optional<T>(kind: Kind<T>): OptionalKind<T> {
  return { optional: kind }
}

/** An object with these fields. A field that is undefined is not said, and not there when it is read. */
export function record<T extends object>(fields: FieldKinds<T>): Kind<T> {
  const kinds = Object.entries(fields as Readonly<Record<string, Kind<unknown> | OptionalKind<unknown>>>)
  return {
    encode: value => {
      const said: Record<string, Json> = {}
      for (const [field, kind] of kinds) {
        const part = value[field as keyof T]
        if (!('optional' in kind)) said[field] = kind.encode(part)
        else if (part !== undefined) said[field] = kind.optional.encode(part)
      }
      return said
    },
    decode: json => {
      const said = asObject(json)
      const value: Record<string, unknown> = {}
      for (const [field, kind] of kinds) {
        const part = said[field]
        if (part !== undefined) value[field] = ('optional' in kind ? kind.optional : kind).decode(part)
        else if (!('optional' in kind)) throw new TypeError(`the field ${field} is missing`)
      }
      return value as T
    },
  }
}

/** One of several objects, told apart by their `type`. */
export function oneOf<T extends { readonly type: string }>(
  kinds: {
    readonly [Type in T['type']]: Kind<Omit<Extract<T, { readonly type: Type }>, 'type'>>
  },
): Kind<T> {
  const kindOf = (type: Json | undefined): Kind<object> => {
    const kind = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type as T['type']] : undefined
    if (kind === undefined) throw new TypeError(`${type} is none of ${Object.keys(kinds).join(', ')}`)
    return kind as Kind<object>
  }
  return {
    encode: value => ({ type: value.type, ...asObject(kindOf(value.type).encode(value)) }),
    decode: json => {
      const { type } = asObject(json)
      return { type, ...kindOf(type).decode(json) } as unknown as T
    },
  }
}

/** One of several words. */
export function word<W extends string>(...words: readonly W[]): Kind<W> {
  return {
    encode: value => value,
    decode: json => {
      const found = words.find(each => each === json)
      if (found === undefined) throw new TypeError(`${json} is none of ${words.join(', ')}`)
      return found
    },
  }
}

function pair<A, B>(first: Kind<A>, second: Kind<B>): Kind<readonly [A, B]> {
  return {
    encode: ([a, b]) => [first.encode(a), second.encode(b)],
    decode: json => {
      const [a, b] = asList(json)
      if (a === undefined || b === undefined) throw new TypeError('a pair needs two values')
      return [first.decode(a), second.decode(b)]
    },
  }
}

function primitive<T extends string | number | boolean>(type: 'string' | 'number' | 'boolean'): Kind<T> {
  return {
    encode: value => value,
    decode: json => {
      if (typeof json !== type) throw new TypeError(`${JSON.stringify(json)} is no ${type}`)
      return json as T
    },
  }
}

function asList(json: Json): readonly Json[] {
  if (!Array.isArray(json)) throw new TypeError(`${JSON.stringify(json)} is no list`)
  return json
}

function asObject(json: Json): { readonly [field: string]: Json } {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new TypeError(`${JSON.stringify(json)} is no object`)
  }
  return json as { readonly [field: string]: Json }
}
