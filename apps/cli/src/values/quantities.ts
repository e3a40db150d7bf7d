import { refuse } from './refuse.ts'

const SIZES: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1024n,
  kib: 1024n,
  kb: 1000n,
  m: 1024n ** 2n,
  mib: 1024n ** 2n,
  mb: 1000n ** 2n,
  g: 1024n ** 3n,
  gib: 1024n ** 3n,
  gb: 1000n ** 3n,
  t: 1024n ** 4n,
  tib: 1024n ** 4n,
  tb: 1000n ** 4n,
}

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Bytes: `4096`, `64KiB`, `1GB`. */
export function parseSize(text: string): bigint {
  const [, digits, unit = ''] = /^(\d+)\s*([A-Za-z]*)$/.exec(text) ?? []
  const factor = SIZES[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) {
    throw refuse('it is not a size; write bytes as 4096, 64KiB, 10MiB, 1GB')
  }
  return BigInt(digits) * factor
}

/** Milliseconds: `500ms`, `30s`, `10m`, `12h`, `7d`. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  if (digits === undefined || unit === undefined) {
    throw refuse('it is not a duration; write 500ms, 30s, 10m, 12h or 7d')
  }
  const ms = Math.round(Number(digits) * (DURATIONS[unit] ?? 1))
  if (ms < 1 || !Number.isSafeInteger(ms)) throw refuse('a duration is at least 1ms')
  return ms
}

/** A whole number above 0. */
export function parseCount(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) throw refuse('it is not a whole number above 0')
  return value
}

/** 0 for "any free one", or a port. */
export function parsePort(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw refuse('a port is from 0 (any free one) to 65535')
  return value
}
