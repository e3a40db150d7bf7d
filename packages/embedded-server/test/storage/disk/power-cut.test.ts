import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DataDirectory, openDataDirectory } from '../../../src/storage/disk/data-directory.ts'
import type { SyncPolicy } from '../../../src/storage/disk/data-options.ts'
import type { StoredSegment } from '../../../src/storage/segment-storage.ts'
import { LateSums } from '../../support/late-sums.ts'
import { type Leftover, MemoryDisk } from '../../support/memory-disk.ts'
import { received } from '../../support/received-data.ts'

const INCARNATION = '00000000-0000-4000-8000-00000000000a'
const WRITER = '00000000-0000-4000-8000-00000000000b'
const LABEL = '00000000-0000-4000-8000-00000000000c'
const UNSET = -(2n ** 63n)

type Step =
  | { readonly kind: 'append'; readonly segment: number; readonly bytes: number; readonly isReceived?: boolean }
  | { readonly kind: 'label' | 'seal' | 'delete'; readonly segment: number }
  | { readonly kind: 'truncate'; readonly segment: number; readonly part: number }
  | { readonly kind: 'merge'; readonly segment: number; readonly source: number }
  | { readonly kind: 'commit'; readonly isWaitedFor: boolean }
  /** The disk goes on. */
  | { readonly kind: 'turn' }

const segment = fc.nat(3)
const bytes = fc.oneof(fc.nat(50), fc.nat(3000), fc.nat(40_000), fc.integer({ min: 100_000, max: 400_000 }))
const part = fc.nat(1000).map(thousandths => thousandths / 1000)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('append' as const), segment, bytes, isReceived: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit' as const), isWaitedFor: fc.boolean() }) },
  { weight: 6, arbitrary: fc.constant({ kind: 'turn' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('label' as const, 'seal', 'delete'), segment }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), segment, source: segment }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), segment, part }) },
)
const leftover: fc.Arbitrary<Leftover> = fc.record({
  hasPower: fc.nat(2).map(number => number === 0),
  part: fc.oneof(fc.constant(1), part),
  isTorn: fc.boolean(),
  hasNames: fc.boolean(),
})
const round = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 25 }),
  powerSteps: fc.nat(60),
  leftover,
  sync: fc.constantFrom('always' as const, 'always' as const, 'never' as const, { everyMs: 1 }),
  isClosed: fc.nat(4).map(number => number === 0),
  cacheBytes: fc.constantFrom(0, 100_000, 10_000_000),
  sumTurns: fc.constantFrom(undefined, 0, 1, 3),
})

/** A value as it was from one change on. */
interface Since<T> {
  readonly change: number
  readonly value: T
}

/** All that a segment of one incarnation has been. */
class History {
  readonly incarnation: bigint
  readonly created: number
  deleted = Number.POSITIVE_INFINITY
  mergedInto: History | undefined
  bytes: Buffer = Buffer.alloc(0)
  /** Lengths that it had, with the writer's number then. */
  readonly lengths: Since<{ readonly length: number; readonly writer: bigint }>[]
  readonly starts: Since<bigint>[]
  readonly labels: Since<bigint>[]
  readonly seals: Since<boolean>[]

  constructor(incarnation: bigint, change: number) {
    this.incarnation = incarnation
    this.created = change
    this.lengths = [{ change, value: { length: 0, writer: UNSET } }]
    this.starts = [{ change, value: 0n }]
    this.labels = [{ change, value: UNSET }]
    this.seals = [{ change, value: false }]
  }

  add(change: number, data: Buffer, writer: bigint): void {
    this.bytes = Buffer.concat([this.bytes, data])
    this.lengths.push({ change, value: { length: this.bytes.byteLength, writer } })
  }

  get writer(): bigint {
    return this.lengths.at(-1)?.value.writer ?? UNSET
  }
}

/** What the values can be now, if all changes up to `committed` are there, and of the later ones any. */
function possible<T>(values: readonly Since<T>[], committed: number): readonly T[] {
  const last = values.findLastIndex(({ change }) => change <= committed)
  return values.slice(Math.max(0, last)).map(({ value }) => value)
}

function pattern(size: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => ((seed + index) * 7919) >>> 5))
}

/** How a storage is opened. `sumTurns`: for so long the memory of large appends is away to be summed up; undefined: it stays. */
interface Opening {
  readonly cacheBytes: number
  readonly sync: SyncPolicy
  readonly sumTurns: number | undefined
}

/** A storage that is used and cut off from power, beside all that it may hold then. */
class Trial {
  readonly #disk = new MemoryDisk()
  #histories: History[] = []
  #directory!: DataDirectory
  #change = 0
  #committed = 0
  #incarnations = 0n

  async open({ cacheBytes, sumTurns, sync }: Opening): Promise<void> {
    const { fileSystem, openKeyValues } = this.#disk
    this.#directory = await openDataDirectory(
      { directory: 'data', fileBytes: 65_536, cacheBytes, sync },
      { fileSystem, openKeyValues, ...(sumTurns !== undefined && { sums: new LateSums(sumTurns) }) },
    )
  }

  async run(steps: readonly Step[], powerSteps: number | undefined): Promise<void> {
    if (powerSteps !== undefined) this.#disk.cutPowerAfter(powerSteps)
    for (const next of steps) {
      this.#change++
      this.#take(next)
      if (next.kind === 'turn') await setImmediate()
      if (next.kind !== 'commit') continue
      const change = this.#change
      const committed = this.#directory.storage.commit()?.then(
        () => {
          this.#committed = Math.max(this.#committed, change)
        },
        () => {},
      )
      if (committed === undefined) this.#committed = change
      else if (next.isWaitedFor) await committed
    }
    if (powerSteps === undefined) {
      await this.#directory.close()
      this.#committed = this.#change
    } else {
      await this.#directory.abandon()
    }
  }

  async recover(left: Leftover, opening: Opening): Promise<void> {
    this.#disk.restore(left)
    await this.open(opening)
    if (this.#committed === this.#change) expect(this.#directory.report.cuts).toEqual([])
    const found = new Map<bigint, StoredSegment>()
    for (const stored of this.#directory.storage.segments()) {
      if (stored.kind !== 'stream') throw new Error('a table')
      const incarnation = stored.attribute(INCARNATION) ?? -1n
      expect(found.has(incarnation)).toBe(false)
      found.set(incarnation, stored)
    }
    const kept: History[] = []
    for (const history of this.#histories) {
      const stored = found.get(history.incarnation)
      found.delete(history.incarnation)
      if (stored === undefined) {
        expect(history.created > this.#committed || history.deleted < Number.POSITIVE_INFINITY).toBe(true)
        continue
      }
      expect(history.deleted).toBeGreaterThan(this.#committed)
      kept.push(await this.#compare(history, stored))
    }
    expect(found.size).toBe(0)
    this.#checkMerges(kept)
    this.#histories = kept
    this.#committed = this.#change
  }

  #take(next: Step): void {
    if (next.kind === 'commit' || next.kind === 'turn') return
    const { storage } = this.#directory
    const target = this.#live(next.segment)
    const stored = this.#stored(next.segment)
    const change = this.#change
    switch (next.kind) {
      case 'append': {
        if (stored.isSealed) return
        const data = pattern(next.bytes, change)
        const writer = BigInt(change)
        const halves = [data.subarray(0, next.bytes / 2), data.subarray(next.bytes / 2)]
        stored.append(next.isReceived === true ? halves.map(received) : halves, [{ id: WRITER, value: writer }])
        target.add(change, data, writer)
        return
      }
      case 'label':
        stored.changeAttributes([{ id: LABEL, value: BigInt(change) }])
        target.labels.push({ change, value: BigInt(change) })
        return
      case 'seal':
        stored.seal()
        target.seals.push({ change, value: true })
        return
      case 'delete':
        storage.delete(stored.name)
        target.deleted = change
        return
      case 'truncate': {
        const offset = stored.startOffset + BigInt(Math.floor(Number(stored.length - stored.startOffset) * next.part))
        stored.truncate(offset)
        target.starts.push({ change, value: offset })
        return
      }
      case 'merge': {
        if (next.source === next.segment || stored.isSealed) return
        const source = this.#live(next.source)
        const from = this.#stored(next.source)
        if (from.startOffset > 0n) return
        storage.merge(stored, from, [{ id: WRITER, value: BigInt(change) }])
        target.add(change, source.bytes, BigInt(change))
        source.deleted = change
        source.mergedInto = target
      }
    }
  }

  /** The segment of a name; made if there is none. */
  #live(number: number): History {
    const name = `segment ${number}`
    const there = [...this.#directory.storage.segments()].find(each => each.name === name)
    if (there === undefined) {
      this.#incarnations++
      const attributes = [{ id: INCARNATION, value: this.#incarnations }]
      this.#directory.storage.createSegment(name, { attributes })
      this.#histories.push(new History(this.#incarnations, this.#change))
    }
    const incarnation = this.#stored(number).attribute(INCARNATION)
    const history = this.#histories.find(each => each.incarnation === incarnation)
    if (history === undefined) throw new Error(`nothing is known of ${name}`)
    return history
  }

  #stored(number: number): StoredSegment {
    for (const stored of this.#directory.storage.segments()) {
      if (stored.kind === 'stream' && stored.name === `segment ${number}`) return stored
    }
    throw new Error(`no segment ${number}`)
  }

  async #compare(history: History, stored: StoredSegment): Promise<History> {
    const length = Number(stored.length)
    const writer = stored.attribute(WRITER) ?? UNSET
    expect(possible(history.lengths, this.#committed)).toContainEqual({ length, writer })
    expect(possible(history.starts, this.#committed)).toContain(stored.startOffset)
    expect(possible(history.labels, this.#committed)).toContain(stored.attribute(LABEL) ?? UNSET)
    expect(possible(history.seals, this.#committed)).toContain(stored.isSealed)
    const all = history.bytes.subarray(0, length)
    for (let offset = stored.startOffset; offset < stored.length; ) {
      const data = Buffer.concat(await stored.read(offset, 150_000))
      expect(data.byteLength).toBeGreaterThan(0)
      expect(Buffer.compare(data, all.subarray(Number(offset), Number(offset) + data.byteLength))).toBe(0)
      offset += BigInt(data.byteLength)
    }
    const now = new History(history.incarnation, 0)
    now.bytes = Buffer.from(all)
    now.lengths.splice(0, 1, { change: 0, value: { length, writer } })
    now.starts.splice(0, 1, { change: 0, value: stored.startOffset })
    now.labels.splice(0, 1, { change: 0, value: stored.attribute(LABEL) ?? UNSET })
    now.seals.splice(0, 1, { change: 0, value: stored.isSealed })
    return now
  }

  /** A source is gone exactly if the target has its bytes. */
  #checkMerges(kept: readonly History[]): void {
    const after = new Map(kept.map(history => [history.incarnation, history]))
    for (const { created, deleted, incarnation, mergedInto } of this.#histories) {
      const target = mergedInto && after.get(mergedInto.incarnation)
      if (mergedInto === undefined || target === undefined) continue
      const before = mergedInto.lengths.findLast(({ change }) => change < deleted)
      const isMerged =
        mergedInto.lengths.findIndex(({ value }) => value.writer === target.writer) >
        mergedInto.lengths.indexOf(before as never)
      if (isMerged) expect(after.has(incarnation)).toBe(false)
      else if (created <= this.#committed) expect(after.has(incarnation)).toBe(true)
    }
  }
}

const WHOLE: Leftover = { hasPower: false, part: 1, isTorn: false, hasNames: false }

type Round = typeof round extends fc.Arbitrary<infer R> ? R : never

/** What has been wrong once. */
const FOUND: readonly (readonly Step[])[][] = [
  [
    // A file without data beside one that begins at the same offset.
    [
      { kind: 'append', segment: 1, bytes: 0 },
      { kind: 'merge', segment: 2, source: 0 },
      { kind: 'append', segment: 1, bytes: 1 },
      { kind: 'commit', isWaitedFor: false },
    ],
    [
      { kind: 'merge', segment: 2, source: 1 },
      { kind: 'append', segment: 0, bytes: 0 },
    ],
  ],
  [
    // A record that is written again after a recovery.
    [
      { kind: 'append', segment: 1, bytes: 10 },
      { kind: 'commit', isWaitedFor: true },
    ],
    [
      { kind: 'label', segment: 1 },
      { kind: 'commit', isWaitedFor: true },
    ],
  ],
]

function asRounds(found: readonly (readonly Step[])[], isClosed: boolean): Round[] {
  return found.map(steps => ({
    steps: [...steps],
    powerSteps: 1000,
    leftover: WHOLE,
    isClosed,
    cacheBytes: 0,
    sync: 'always',
    sumTurns: undefined,
  }))
}

test('whenever the power is cut, what was committed is there, and nothing by halves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 3 }), async rounds => {
      const trial = new Trial()
      await trial.open({ cacheBytes: 100_000, sync: 'always', sumTurns: undefined })
      // Where not everything is synced, only what the process itself does can be survived.
      let hasPower = false
      for (const { isClosed, leftover: left, powerSteps, steps, ...opening } of rounds) {
        await trial.run(steps, isClosed ? undefined : powerSteps)
        await trial.recover({ ...left, hasPower: hasPower || left.hasPower }, opening)
        if (opening.sync !== 'always') hasPower = true
      }
    }),
    {
      numRuns: Number(process.env['RUNS'] ?? 150),
      examples: FOUND.flatMap(found => [[asRounds(found, true)], [asRounds(found, false)]] as [Round[]][]),
    },
  )
})
