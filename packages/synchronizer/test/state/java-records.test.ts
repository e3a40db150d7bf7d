import { readFileSync } from 'node:fs'
import { ScopedStream } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { openRevisionedStream, openStateSynchronizer, type StateModel } from '../../src/index.ts'
import { type ModelSegment, ModelStore } from '../support/model-store.ts'

interface JavaRecords {
  /** Made by Java's serializers. */
  readonly segmentRecords: readonly { readonly name: string; readonly payload: string; readonly framed: string }[]
  readonly initialStates: readonly { readonly hex: string }[]
  /** The log of a group of two Java readers on a real server. */
  readonly liveJavaGroup: readonly {
    readonly offsetAfter: number
    readonly payload: string
    readonly updates: readonly string[]
  }[]
  readonly revisionMarkAttributeId: string
}

const java: JavaRecords = JSON.parse(readFileSync(new URL('../vectors/java-records.json', import.meta.url), 'utf8'))
const stream = new ScopedStream('s', 'state')

interface Seen {
  readonly initial: string
  readonly updates: readonly string[]
}

/** Full states and updates as they are, in hexadecimal digits. */
const raw: StateModel<Seen, string, string> = {
  encodeInitial: hex => Buffer.from(hex, 'hex'),
  decodeInitial: bytes => Buffer.from(bytes).toString('hex'),
  encodeUpdate: hex => Buffer.from(hex, 'hex'),
  decodeUpdate: bytes => Buffer.from(bytes).toString('hex'),
  begin: initial => ({ initial, updates: [] }),
  apply: ({ initial, updates }, update) => ({ initial, updates: [...updates, update] }),
}

const framed = (payload: string): Buffer => {
  const header = Buffer.alloc(8)
  header.writeInt32BE(payload.length / 2, 4)
  return Buffer.concat([header, Buffer.from(payload, 'hex')])
}

const record = (name: string): { readonly payload: string; readonly framed: string } => {
  const found = java.segmentRecords.find(candidate => candidate.name.startsWith(name))
  if (found === undefined) throw new Error(`no record ${name}`)
  return found
}

/** Update types of a record, by the second byte of each update. */
const TYPES = new Map([
  [2, 'AddReader'],
  [3, 'RemoveReader'],
  [4, 'ReleaseSegment'],
  [5, 'AcquireSegment'],
  [6, 'UpdateDistanceToTail'],
  [8, 'CheckpointReader'],
  [9, 'CreateCheckpoint'],
  [10, 'ClearCheckpointsBefore'],
  [11, 'UpdateCheckpointPublished'],
])

describe('records of Java members', () => {
  it('are framed as ours', async () => {
    const store = new ModelStore()
    const segment = store.createStream(stream)
    const log = await openRevisionedStream(store.client(), stream, {
      encode: (hex: string) => Buffer.from(hex, 'hex'),
      decode: bytes => Buffer.from(bytes).toString('hex'),
    })
    for (const { payload } of java.segmentRecords) await log.writeUnconditionally(payload)
    expect(segment.bytes.toString('hex')).toBe(java.segmentRecords.map(({ framed }) => framed).join(''))
  })

  it('are what this package writes, but for the zero bytes behind a full state', async () => {
    const store = new ModelStore()
    const segment: ModelSegment = store.createStream(stream)
    const state = await openStateSynchronizer(store.client(), stream, raw)
    const [fresh] = java.initialStates
    await state.initialize(fresh?.hex ?? '')
    const full = record('initialization record')
    expect(full.payload).toMatch(new RegExp(`^00000001${fresh?.hex}0+$`))
    expect(segment.bytes.subarray(8).toString('hex')).toBe(`00000001${fresh?.hex}`)
    for (const name of ['update record (kind 2) with one', 'update record with two', 'reset']) {
      const at = segment.bytes.length
      const updates = updatesOf(record(name).payload)
      await state.updateState(() => ({ updates, result: undefined }))
      expect(segment.bytes.subarray(at).toString('hex')).toBe(record(name).framed)
    }
  })

  it('lead to the revisions that Java gives them', async () => {
    const store = new ModelStore()
    const segment = store.createStream(stream)
    const state = await openStateSynchronizer(store.client(), stream, raw)
    const names: string[] = []
    for (const { payload, offsetAfter, updates } of java.liveJavaGroup) {
      segment.append(framed(payload))
      const before = state.state?.updates.length ?? 0
      const now = await state.fetchUpdates()
      const added = now?.updates.slice(before) ?? []
      names.push(...added.map(update => TYPES.get(Number.parseInt(update.slice(2, 4), 16)) ?? update))
      expect(state.revision?.offset).toBe(BigInt(offsetAfter))
      expect(state.revision?.index).toBe(Math.max(0, added.length - 1))
      expect(added).toHaveLength(before === 0 && payload.startsWith('00000001') ? 0 : updates.length)
    }
    expect(names).toEqual(java.liveJavaGroup.slice(1).flatMap(({ updates }) => updates))
    expect(state.state?.initial).toMatch(/^00000003.*0{100}$/)
  })

  it('are found by the mark that Java sets', () => {
    expect(java.revisionMarkAttributeId).toBe('7df9a874-246c-c9d6-9397-cdd19ead68c5')
  })
})

function updatesOf(payload: string): string[] {
  const bytes = Buffer.from(payload, 'hex')
  const updates: string[] = []
  for (let at = 4; at < bytes.length; ) {
    const end = at + 4 + bytes.readInt32BE(at)
    updates.push(bytes.subarray(at + 4, end).toString('hex'))
    at = end
  }
  return updates
}
