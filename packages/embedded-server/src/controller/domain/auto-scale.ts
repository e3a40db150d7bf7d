import type { KeyRange } from '@pravega-ts/model'
import type { SegmentRates } from '../../segment-store/rates/rate-meter.ts'
import { currentSegments } from './epochs.ts'
import type { ScaleRequest } from './scale.ts'
import type { SegmentRecord, StreamRecord } from './stream-record.ts'

/** When streams are scaled by what is written to them. All times are in milliseconds. */
export interface AutoScalingSettings {
  /** What counts as a minute: rates are those of 2, 5, 10 and 20 of them. Pravega: 60,000. */
  readonly minuteMs: number
  /** Between two looks at the rates. Pravega: two minutes. */
  readonly periodMs: number
  /** A segment younger than this is left alone. Pravega: ten minutes. */
  readonly cooldownMs: number
  /** Between two attempts to scale a segment, when the first one came to nothing. Pravega: ten minutes. */
  readonly muteMs: number
  /** A segment to which nothing was written for so long is cold, whatever its rates. Pravega: twenty minutes. */
  readonly coldAfterMs: number
}

export interface AutoScaleQuestion {
  readonly stream: StreamRecord
  readonly settings: AutoScalingSettings
  /** Unix time in milliseconds. */
  readonly now: number
  /** Undefined for a segment that is not measured: it is left alone. */
  readonly ratesOf: (segment: bigint) => SegmentRates | undefined
  /** Whether an attempt on the segment came to nothing a short while ago. */
  readonly isMuted: (segment: bigint) => boolean
}

/** Fewest parts of a segment that is split, whatever the scale factor. */
const FEWEST_PARTS = 2
/** Most neighbours that become one at a time. */
const MOST_MERGED = 3

/** Whether a stream has a policy by which it may scale. A rate of zero, which no client lets a user say, is no rate. */
export function isAutoScaled({ sealed, settings: { scaling } }: StreamRecord): boolean {
  return !sealed && scaling.type !== 0 && scaling.targetRate > 0
}

/** Whether the answer may be another one soon though nobody changes the stream. */
export function mayScaleSoon({ stream, settings, now, ratesOf }: Omit<AutoScaleQuestion, 'isMuted'>): boolean {
  if (!isAutoScaled(stream)) return false
  const rates = currentSegments(stream).flatMap(({ id }) => ratesOf(id) ?? [])
  const isLarge = rates.length > stream.settings.scaling.minSegments
  return isLarge || rates.some(({ lastTraffic }) => now - lastTraffic < settings.periodMs)
}

/**
 * The scales that a stream's rates ask for, by Pravega's rules: hot segments are split, each one by itself; cold
 * neighbours become one, as long as there are more segments than the policy wants at least. No segment is in two of them.
 */
export function decideAutoScale(question: AutoScaleQuestion): readonly ScaleRequest[] {
  const { stream, now } = question
  if (!isAutoScaled(stream)) return []
  const open = currentSegments(stream).filter(({ id }) => !question.isMuted(id))
  const splits = open.flatMap(segment => {
    const parts = partsOf(question, segment)
    return parts === 1 ? [] : [{ sealing: [segment.id], ranges: divide(segment, parts), timestamp: now }]
  })
  const cold = new Set(open.filter(segment => isCold(question, segment)))
  const merges = coldNeighbours(stream, cold).map(segments => {
    const [first, last] = [segments[0], segments.at(-1)]
    const ranges = first && last ? [{ low: first.low, high: last.high }] : []
    return { sealing: segments.map(({ id }) => id), ranges, timestamp: now }
  })
  return [...splits, ...merges]
}

/** Into how many segments one is to be split; 1: it is left as it is. */
function partsOf({ stream, settings, now, ratesOf }: AutoScaleQuestion, { id }: SegmentRecord): number {
  const rates = ratesOf(id)
  if (rates === undefined || now - rates.lastTraffic >= settings.periodMs) return 1
  const { targetRate, scaleFactor } = stream.settings.scaling
  const { twoMinutes, fiveMinutes, tenMinutes } = rates
  const isOlderThan = olderThan(rates, settings, now)
  const isHot =
    (twoMinutes > 5 * targetRate && isOlderThan(2)) ||
    (fiveMinutes > 2 * targetRate && isOlderThan(5)) ||
    (tenMinutes > targetRate && isOlderThan(10))
  if (!isHot) return 1
  const wanted = Math.floor(Math.max(twoMinutes, fiveMinutes, tenMinutes) / targetRate)
  return Math.min(Math.max(FEWEST_PARTS, wanted), Math.max(FEWEST_PARTS, scaleFactor))
}

function isCold({ stream, settings, now, ratesOf }: AutoScaleQuestion, { id }: SegmentRecord): boolean {
  const rates = ratesOf(id)
  if (rates === undefined) return false
  const isOlderThan = olderThan(rates, settings, now)
  if (!isOlderThan(0)) return false
  const { targetRate } = stream.settings.scaling
  const isSlow =
    [rates.twoMinutes, rates.fiveMinutes, rates.tenMinutes].every(rate => rate < targetRate) &&
    rates.twentyMinutes < targetRate / 2
  return (isSlow && isOlderThan(20)) || now - rates.lastTraffic >= settings.coldAfterMs
}

/** Age by the time for which a segment is measured: what it was before a restart is not known. */
function olderThan({ since }: SegmentRates, settings: AutoScalingSettings, now: number): (minutes: number) => boolean {
  const age = now - since
  return minutes => age >= settings.cooldownMs && age >= minutes * settings.minuteMs
}

/** Groups of segments that follow each other, without going below the least number of segments. */
function coldNeighbours(stream: StreamRecord, cold: ReadonlySet<SegmentRecord>): readonly (readonly SegmentRecord[])[] {
  const active = currentSegments(stream)
  const groups: SegmentRecord[][] = []
  let surplus = active.length - stream.settings.scaling.minSegments
  let group: SegmentRecord[] = []
  for (const segment of active) {
    const fits = cold.has(segment) && (group.length === 0 || surplus > 0)
    if (fits && group.length < MOST_MERGED) {
      if (group.length > 0) surplus -= 1
      group.push(segment)
    } else {
      groups.push(group)
      group = cold.has(segment) ? [segment] : []
    }
  }
  return [...groups, group].filter(({ length }) => length > 1)
}

/** Equal parts; the last one ends where the whole ends, bit for bit. */
function divide({ low, high }: KeyRange, parts: number): readonly KeyRange[] {
  const bound = (i: number): number => (i === parts ? high : low + ((high - low) / parts) * i)
  return Array.from({ length: parts }, (_, i) => ({ low: bound(i), high: bound(i + 1) }))
}
