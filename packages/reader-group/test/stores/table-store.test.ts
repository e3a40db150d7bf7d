import { readFileSync } from 'node:fs'
import { ScopedStream, StreamCut } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { ModelTable } from '../../../synchronizer/test/table/model-table.ts'
import { tableStore } from '../../src/index.ts'
import { groupConfig, initial, segment } from './states.ts'
import { describeStore } from './store-behaviour.ts'

interface Vectors {
  readonly tableSegment: string
  /** Text of a key to its bytes. */
  readonly keys: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, string>>
}

const VECTORS: Vectors = JSON.parse(readFileSync(new URL('../vectors/rust-table.json', import.meta.url), 'utf8'))
const RUST_STREAM = new ScopedStream('scope', 'stream')

function emptyTable(): ModelTable {
  const table = new ModelTable()
  table.exists = false
  return table
}

function memberOf(table: ModelTable) {
  return tableStore({ table: () => table }, table.segment)
}

describeStore('tableStore', () => {
  const table = emptyTable()
  let waiting: (() => Promise<void>) | undefined
  table.turn = async () => {
    if (waiting === undefined || table.requests.at(-1) !== 'put') return
    const meanwhile = waiting
    waiting = undefined
    await meanwhile()
  }
  return {
    member: () => memberOf(table),
    interfere(meanwhile) {
      waiting = meanwhile
    },
    async delete() {
      table.exists = false
    },
  }
})

function hex(name: string): Buffer {
  const bytes = VECTORS.keys[name] ?? VECTORS.values[name]
  if (bytes === undefined) throw new Error(`no vector ${name}`)
  return Buffer.from(bytes, 'hex')
}

describe('a table of the Rust client', () => {
  const entries = [
    ['06config/default', 'config from stream cut'],
    ['06config', 'map version'],
    ['17assigned_segments/r1', 'assigned, scope/stream/0.#epoch.0 at 42'],
    ['17assigned_segments', 'map version'],
    ['19unassigned_segments/scope/stream/0.#epoch.0', 'tombstone'],
    ['19unassigned_segments', 'map version'],
    ['15future_segments/scope/stream/2.#epoch.1', 'future waiting for segment 0'],
    ['16distance_to_tail/r1', 'distance'],
    ['16distance_to_tail', 'map version'],
  ].map(([key = '', value = '']) => ({ key: hex(key), value: hex(value) }))

  it('is read as it is', async () => {
    const table = new ModelTable(VECTORS.tableSegment)
    table.putDirectly(entries)
    const state = await memberOf(table).refresh()
    expect(state.assigned).toEqual(new Map([['r1', new Map([['scope/stream/0.#epoch.0', 42n]])]]))
    expect(state.unassigned).toEqual(new Map())
    expect(state.future).toEqual(new Map([['scope/stream/2.#epoch.1', new Set([0n])]]))
    expect(state.config.refreshTimeMs).toBe(3000n)
    const [stream] = state.config.streams
    expect(stream?.from.equals(new StreamCut(RUST_STREAM, [[0n, 10n]]))).toBe(true)
    expect(stream?.to.isUnbounded).toBe(true)
  })

  it('is written as that client does', async () => {
    const table = new ModelTable(VECTORS.tableSegment)
    const member = memberOf(table)
    const from = new StreamCut(RUST_STREAM, [[0n, 10n]])
    const config = groupConfig({ streams: [{ stream: RUST_STREAM, from, to: StreamCut.UNBOUNDED }] })
    const name = 'scope/stream/0.#epoch.0'
    await member.initialize({ ...initial(0, config), starts: new Map([[name, 0n]]) })
    const has = (key: string, value: string): void => {
      expect(Buffer.from(table.valueOf(hex(key)) ?? []).toString('hex')).toBe(hex(value).toString('hex'))
    }
    has('06config/default', 'config from stream cut')
    has('19unassigned_segments/scope/stream/0.#epoch.0', 'unassigned at 0')

    await member.transact(() => ({ updates: [{ type: 'addReader', reader: 'r1' }], result: undefined }))
    has('17assigned_segments/r1', 'assigned, nothing')
    has('16distance_to_tail/r1', 'distance')
    await member.transact(() => ({
      updates: [{ type: 'acquireSegment', reader: 'r1', segment: name }],
      result: undefined,
    }))
    has('19unassigned_segments/scope/stream/0.#epoch.0', 'tombstone')
    await member.append(positions('r1', [[name, 42n]]))
    has('17assigned_segments/r1', 'assigned, scope/stream/0.#epoch.0 at 42')
    await member.transact(() => ({
      updates: [
        {
          type: 'segmentCompleted',
          reader: 'r1',
          segment: name,
          successors: new Map([['scope/stream/2.#epoch.1', [0n, 1n]]]),
          ranges: new Map(),
        },
      ],
      result: undefined,
    }))
    has('17assigned_segments/r1', 'assigned, nothing')
    await member.append({ type: 'removeReader', reader: 'r1', offsets: new Map() })
    has('17assigned_segments/r1', 'tombstone')
    has('16distance_to_tail/r1', 'tombstone')
  })

  it('with something else in it is named, with the entry', async () => {
    const table = new ModelTable(VECTORS.tableSegment)
    table.putDirectly([
      { key: hex('06config/default'), value: hex('config default') },
      { key: hex('17assigned_segments/r1'), value: hex('distance') },
    ])
    await expect(memberOf(table).refresh()).rejects.toMatchObject({
      code: 'CORRUPT_STATE',
      details: { outer: 'assigned_segments', inner: 'r1' },
    })
  })
})

function positions(reader: string, offsets: readonly (readonly [string, bigint])[]) {
  return { type: 'updateDistanceToTail', reader, lag: 0n, offsets: new Map(offsets), ranges: new Map() } as const
}

describe('a table store', () => {
  it('writes positions when they have changed, and only then', async () => {
    const table = emptyTable()
    const member = memberOf(table)
    await member.initialize(initial())
    await member.transact(() => ({
      updates: [
        { type: 'addReader', reader: 'r1' },
        { type: 'acquireSegment', reader: 'r1', segment: segment(0) },
      ],
      result: undefined,
    }))
    await member.append(positions('r1', [[segment(0), 100n]]))
    const { length } = table
    await member.append(positions('r1', [[segment(0), 100n]]))
    await member.append(positions('r1', [[segment(0), -1n]]))
    await member.append(positions('r1', [[segment(1), 5n]]))
    await member.append(positions('other', [[segment(0), 5n]]))
    expect(table.length).toBe(length)
    await member.append(positions('r1', [[segment(0), 101n]]))
    expect(table.length).toBeGreaterThan(length)
    await member.append({ type: 'removeReader', reader: 'r1', offsets: new Map() })
    expect((await member.refresh()).unassigned.get(segment(0))).toBe(101n)
  })

  it('refuses what it has no place for, and writes nothing of it', async () => {
    const table = emptyTable()
    const member = memberOf(table)
    await member.initialize(initial())
    const { length } = table
    const create = { type: 'createCheckpoint', checkpoint: 'cp' } as const
    const add = { type: 'addReader', reader: 'r1' } as const
    for (const updates of [[add, create], [initial()], [{ type: 'updatingConfig', updating: true } as const]]) {
      await expect(member.transact(() => ({ updates, result: undefined }))).rejects.toMatchObject({
        code: 'OPERATION_UNSUPPORTED',
      })
    }
    await expect(member.append(create)).rejects.toMatchObject({ code: 'OPERATION_UNSUPPORTED' })
    const ends = new Map([[segment(0), 5n]])
    await expect(memberOf(emptyTable()).initialize({ ...initial(), ends })).rejects.toMatchObject({
      code: 'OPERATION_UNSUPPORTED',
    })
    expect(table.length).toBe(length)
  })

  it('fails where a write was not made, and says that it is unknown where it may have been', async () => {
    const table = emptyTable()
    const member = memberOf(table)
    await member.initialize(initial())
    table.exists = false
    await expect(
      member.transact(() => ({ updates: [{ type: 'addReader', reader: 'r1' }], result: undefined })),
    ).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
  })
})
