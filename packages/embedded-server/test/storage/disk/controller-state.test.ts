import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StreamRecord } from '../../../src/controller/domain/stream-record.ts'
import { type ControllerState, MemoryControllerState } from '../../../src/controller/state/controller-state.ts'
import type { ReaderGroupRecord, TransactionRecord } from '../../../src/controller/state/records.ts'
import { CONTROLLER_TABLES } from '../../../src/storage/disk/controller/controller-records.ts'
import { openPersistentControllerState } from '../../../src/storage/disk/controller/persistent-controller-state.ts'
import { GroupedChanges, MemoryKeyValues } from '../../support/memory-key-values.ts'

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

const stream: StreamRecord = {
  scope: 'shop',
  stream: 'orders',
  settings: {
    scaling: { type: 2, targetRate: 1000, scaleFactor: 2, minSegments: 2 },
    retention: { type: 1, min: 3_600_000n, max: MOST },
    tags: ['größe', ''],
    timestampAggregationTimeoutMs: 0n,
    rolloverSizeBytes: LEAST,
  },
  sealed: false,
  epochs: [
    {
      epoch: 0,
      referenceEpoch: 0,
      createdAt: 1_800_000_000_000,
      segments: [
        { id: 0n, low: 0, high: 0.5 },
        { id: 1n, low: 0.5, high: 1 },
      ],
    },
    {
      epoch: 1,
      referenceEpoch: 1,
      createdAt: 1_800_000_000_001,
      segments: [{ id: 4_294_967_298n, low: 0, high: 1 / 3 }],
    },
  ],
  activeEpoch: 1,
  head: new Map([
    [0n, 12n],
    [1n, -1n],
  ]),
  sealedSizes: new Map([[0n, 5_000_000_000_000n]]),
  pending: { type: 'scale', sealing: [0n, 1n] },
}

const group: ReaderGroupRecord = {
  scope: 'shop',
  group: 'billing',
  refreshTimeMs: 3000n,
  checkpointIntervalMs: 30_000n,
  maxOutstandingCheckpoints: 3,
  retentionType: 2,
  generation: 0n,
  id: '0b8f2f5e-7f2c-4a51-9b66-0f6a1c0c5f10',
  startingCuts: [{ scope: 'shop', stream: 'orders', cut: new Map([[0n, 1n]]) }],
  endingCuts: [{ scope: 'shop', stream: 'orders', cut: new Map() }],
  rolloverSizeBytes: 0n,
}

const transaction: TransactionRecord = {
  id: '00000001-0000-0000-0000-00000000000f',
  state: 'committing',
  segments: [0, 1],
  expiresAt: 1_800_000_030_000,
  latestExpiry: 1_800_086_400_000,
  commitOrder: 7,
  mark: { writer: 'w', timestamp: MOST },
}

/** A record of every table, with all fields that may be absent. */
function fill(state: ControllerState): void {
  state.scopes.set('', 'shop', { deleting: false })
  state.streams.set('shop', 'orders', stream)
  state.readerGroups.set('shop', 'billing', group)
  state.tables.set('shop', 'stock', {
    partitions: 4,
    primaryKeyLength: 8,
    secondaryKeyLength: 0,
    rolloverSizeBytes: 1n,
  })
  state.lastSegmentNumbers.set('shop', 'old', 41)
  state.recordedCuts.set('shop', 'orders', [{ recordedAt: 1_800_000_000_000, bytes: 3n, cut: new Map([[0n, 3n]]) }])
  state.watermarks.set('shop', 'orders', {
    lower: 1n,
    upper: MOST,
    positions: [{ segment: { id: 1n, low: 0.5, high: 1 }, offset: 9n }],
    end: 100n,
  })
  state.transactions.set('shop/orders', transaction.id, transaction)
  state.completedTransactions.set('shop/orders', 'a', { outcome: 'committed', completedAt: 1_800_000_000_000 })
  state.writers.set('shop/orders', 'w\u0000/ü', {
    timestamp: LEAST,
    position: new Map([[1n, 2n]]),
    removed: true,
    behindSince: 5,
  })
  state.subscribers.set('shop/orders', 'shop/billing', { generation: 3n, cut: new Map() })
  state.counters.set('', 'transactions', 2n ** 80n)
}

/**
 * What version 1 writes: key (hexadecimal), place, JSON. A later version must read it, so that these lines are never changed.
 */
const VERSION_1: readonly (readonly [key: string, sequence: number, json: string])[] = [
  ['20 01 0000 | shop', 1, '{"deleting":false}'],
  [
    '20 02 0004 shop | orders',
    2,
    '{"scope":"shop","stream":"orders","settings":{"scaling":{"type":2,"targetRate":1000,"scaleFactor":2,"minSegments":2},' +
      '"retention":{"type":1,"min":"3600000","max":"9223372036854775807"},"tags":["größe",""],' +
      '"timestampAggregationTimeoutMs":"0","rolloverSizeBytes":"-9223372036854775808"},"sealed":false,"epochs":[{"epoch":0,' +
      '"referenceEpoch":0,"createdAt":1800000000000,"segments":[{"id":"0","low":0,"high":0.5},{"id":"1","low":0.5,"high":1}]},' +
      '{"epoch":1,"referenceEpoch":1,"createdAt":1800000000001,"segments":[{"id":"4294967298","low":0,"high":0.3333333333333333}]}],' +
      '"activeEpoch":1,"head":[["0","12"],["1","-1"]],"sealedSizes":[["0","5000000000000"]],' +
      '"pending":{"type":"scale","sealing":["0","1"]}}',
  ],
  [
    '20 03 0004 shop | billing',
    3,
    '{"scope":"shop","group":"billing","refreshTimeMs":"3000","checkpointIntervalMs":"30000","maxOutstandingCheckpoints":3,' +
      '"retentionType":2,"generation":"0","id":"0b8f2f5e-7f2c-4a51-9b66-0f6a1c0c5f10","startingCuts":[{"scope":"shop",' +
      '"stream":"orders","cut":[["0","1"]]}],"endingCuts":[{"scope":"shop","stream":"orders","cut":[]}],"rolloverSizeBytes":"0"}',
  ],
  [
    '20 04 0004 shop | stock',
    4,
    '{"partitions":4,"primaryKeyLength":8,"secondaryKeyLength":0,"rolloverSizeBytes":"1"}',
  ],
  ['20 05 0004 shop | old', 5, '41'],
  ['20 06 0004 shop | orders', 6, '[{"recordedAt":1800000000000,"bytes":"3","cut":[["0","3"]]}]'],
  [
    '20 07 0004 shop | orders',
    7,
    '{"lower":"1","upper":"9223372036854775807","positions":[{"segment":{"id":"1","low":0.5,"high":1},"offset":"9"}],"end":"100"}',
  ],
  [
    '20 08 000b shop/orders | 00000001-0000-0000-0000-00000000000f',
    8,
    '{"id":"00000001-0000-0000-0000-00000000000f","state":"committing","segments":[0,1],"expiresAt":1800000030000,' +
      '"latestExpiry":1800086400000,"commitOrder":7,"mark":{"writer":"w","timestamp":"9223372036854775807"}}',
  ],
  ['20 09 000b shop/orders | a', 9, '{"outcome":"committed","completedAt":1800000000000}'],
  [
    '20 0a 000b shop/orders | w\u0000/ü',
    10,
    '{"timestamp":"-9223372036854775808","position":[["1","2"]],"removed":true,"behindSince":5}',
  ],
  ['20 0b 000b shop/orders | shop/billing', 11, '{"generation":"3","cut":[]}'],
  ['20 0c 0000 | transactions', 12, '"1208925819614629174706176"'],
]

function vectorBytes([key, sequence, json]: (typeof VERSION_1)[number]): readonly [Uint8Array, Uint8Array] {
  const [header = '', name = ''] = key.split('| ')
  const [prefix = '', table = '', length = '', parent = ''] = header.split(' ')
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(sequence))
  return [
    Buffer.concat([Buffer.from(prefix + table + length, 'hex'), Buffer.from(parent + name)]),
    Buffer.concat([Uint8Array.of(1), number, Buffer.from(json)]),
  ]
}

async function open(keyValues: MemoryKeyValues) {
  const pending = new GroupedChanges(keyValues)
  return openPersistentControllerState(keyValues, pending)
}

const TABLES = Object.keys(CONTROLLER_TABLES) as (keyof typeof CONTROLLER_TABLES)[]

function contents(state: ControllerState) {
  return TABLES.map(table => {
    const parents = [...state[table].parents()].sort()
    return [table, parents.map(parent => [parent, state[table].count(parent), state[table].list(parent)])]
  })
}

test('is written as version 1 has it', async () => {
  const keyValues = new MemoryKeyValues()
  const state = await open(keyValues)
  fill(state)
  await state.settled()
  expect(keyValues.size).toBe(VERSION_1.length)
  for (const vector of VERSION_1) {
    const [key, value] = vectorBytes(vector)
    expect(Buffer.from(keyValues.get(key) ?? []).toString('latin1')).toBe(Buffer.from(value).toString('latin1'))
  }
})

test('what version 1 wrote is read', async () => {
  const keyValues = new MemoryKeyValues()
  await keyValues.write(VERSION_1.map(vectorBytes).map(([key, value]) => ({ key, value })))
  const expected = new MemoryControllerState()
  fill(expected)
  expect(contents(await open(keyValues))).toEqual(contents(expected))
})

test.each<StreamRecord['pending']>([
  undefined,
  { type: 'create' },
  { type: 'truncate', deleting: [1n] },
  { type: 'roll', transactions: ['a', 'b'] },
  { type: 'seal' },
  { type: 'delete' },
])('a stream with the pending work %o is kept', async pending => {
  const keyValues = new MemoryKeyValues()
  const { pending: _, head: _head, sealedSizes: _sizes, ...rest } = stream
  const record: StreamRecord = pending === undefined ? rest : { ...rest, pending }
  const state = await open(keyValues)
  state.streams.set('shop', 'orders', record)
  await state.settled()
  const read = (await open(keyValues)).streams.get('shop', 'orders')
  expect(read).toStrictEqual(record)
})

test('what is decided of groups and tables is kept', async () => {
  const keyValues = new MemoryKeyValues()
  const table = { partitions: 1, primaryKeyLength: 8, secondaryKeyLength: 4, rolloverSizeBytes: 0n }
  const state = await open(keyValues)
  state.readerGroups.set('shop', 'billing', { ...group, deleting: true })
  state.tables.set('shop', 'made', { ...table, pending: 'create' })
  state.tables.set('shop', 'gone', { ...table, pending: 'delete' })
  await state.settled()
  const { readerGroups, tables } = await open(keyValues)
  expect(readerGroups.get('shop', 'billing')).toStrictEqual({ ...group, deleting: true })
  expect(tables.get('shop', 'made')).toStrictEqual({ ...table, pending: 'create' })
  expect(tables.get('shop', 'gone')).toStrictEqual({ ...table, pending: 'delete' })
})

const change = fc.record({
  parent: fc.constantFrom('a', 'b/c', ''),
  name: fc.constantFrom('x', 'y', 'z', '\u0000', 'é'),
  value: fc.option(fc.nat(5), { nil: undefined }),
})
const step = fc.oneof(
  { weight: 8, arbitrary: change.map(value => ({ do: 'change' as const, value })) },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
)

test('lists what is in memory, in the same order, after any changes and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const keyValues = new MemoryKeyValues()
      const model = new MemoryControllerState()
      let state = await open(keyValues)
      for (const next of steps) {
        if (next.do === 'reopen') {
          await state.settled()
          state = await open(keyValues)
        } else {
          const { parent, name, value } = next.value
          for (const { lastSegmentNumbers } of [state, model]) {
            if (value === undefined) lastSegmentNumbers.delete(parent, name)
            else lastSegmentNumbers.set(parent, name, value)
          }
        }
        expect(contents(state)).toEqual(contents(model))
      }
    }),
    { numRuns: 60 },
  )
})

test('a record of a later version, or of a table that there is not yet, is refused', async () => {
  const [key, value] = vectorBytes(VERSION_1[0] as (typeof VERSION_1)[number])
  const later = new MemoryKeyValues([[{ key, value: Uint8Array.of(2, ...value.subarray(1)) }]])
  await expect(open(later)).rejects.toMatchObject({ code: 'VERSION_MISMATCH' })
  const table = new MemoryKeyValues([[{ key: Uint8Array.of(0x20, 99, ...key.subarray(2)), value }]])
  await expect(open(table)).rejects.toMatchObject({ code: 'VERSION_MISMATCH' })
})

test('any other bytes in the place of a record are refused', async () => {
  const [key] = vectorBytes(VERSION_1[1] as (typeof VERSION_1)[number])
  const json = fc.oneof(fc.json(), fc.string())
  const sequence = Buffer.alloc(8)
  await fc.assert(
    fc.asyncProperty(json, async text => {
      const value = Buffer.concat([Uint8Array.of(1), sequence, Buffer.from(text)])
      await expect(open(new MemoryKeyValues([[{ key, value }]]))).rejects.toMatchObject({ code: 'CORRUPT_STATE' })
    }),
  )
})

test('what cannot be kept is refused, and not in memory either', async () => {
  const state = await open(new MemoryKeyValues())
  expect(() => state.lastSegmentNumbers.set('a', 'b', Number.NaN)).toThrow(TypeError)
  expect(state.lastSegmentNumbers.get('a', 'b')).toBeUndefined()
})
