import { CompactReader, PravegaError, StreamCut } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { decodeCheckpoints } from '../../src/codec/checkpoints-bytes.ts'
import { decodeGroupConfig } from '../../src/codec/group-config-bytes.ts'
import { decodeInitial, decodeUpdate, ReaderPosition } from '../../src/index.ts'
import { bytesOf } from '../vectors/java-states.ts'
import vectors from '../vectors/reader-group.json' with { type: 'json' }

function form(index: number, kind: string): Uint8Array {
  const found = vectors.olderAndNewerForms[index]
  expect(found?.kind).toBe(kind)
  return bytesOf(found?.hex ?? '')
}

function refused(call: () => unknown): PravegaError {
  try {
    call()
  } catch (error) {
    if (PravegaError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const SEGMENT = 'scope/stream/0.#epoch.0'

describe('what older and newer members write', () => {
  it('is in 12 vectors', () => {
    expect(vectors.olderAndNewerForms).toHaveLength(12)
  })

  it('a stream cut of version 0', () => {
    const cut = StreamCut.fromBytes(form(0, 'streamCut'))
    expect([...cut.positions]).toEqual([
      [0n, 10n],
      [4294967297n, 200n],
    ])
  })

  it('a lag without positions', () => {
    expect(decodeUpdate(form(1, 'update'))).toEqual({
      type: 'updateDistanceToTail',
      reader: 'r1',
      lag: 45_000n,
      offsets: new Map(),
      ranges: new Map(),
    })
  })

  it('a completed segment without ranges', () => {
    expect(decodeUpdate(form(2, 'update'))).toEqual({
      type: 'segmentCompleted',
      reader: 'r1',
      segment: SEGMENT,
      successors: new Map([['scope/stream/2.#epoch.1', [0n]]]),
      ranges: new Map(),
    })
  })

  it('revisions still unknown are skipped', () => {
    expect(decodeUpdate(form(3, 'update'))).toEqual({ type: 'addReader', reader: 'r1' })
  })

  it('an update of unknown type names the type', () => {
    const error = refused(() => decodeUpdate(form(4, 'update')))
    expect(error.code).toBe('CORRUPT_STATE')
    expect(error.message).toMatch(/type is 14, only 0 to 13 are known/)
  })

  it('an update of unknown version names the version', () => {
    const error = refused(() => decodeUpdate(form(5, 'update')))
    expect(error.code).toBe('CORRUPT_STATE')
    expect(error.message).toMatch(/version is 1, only 0 is known/)
  })

  it.each([
    [6, 3],
    [7, 5],
  ])('configuration %i, with fewer revisions', (index, maxOutstandingCheckpoints) => {
    const config = decodeGroupConfig(new CompactReader(form(index, 'readerGroupConfig')))
    expect(config).toMatchObject({
      refreshTimeMs: 3000n,
      automaticCheckpointIntervalMs: 30_000n,
      maxOutstandingCheckpoints,
      retention: 'none',
      generation: -1n,
      id: '00000000-0000-0000-0000-000000000000',
    })
    expect(config.streams.map(({ stream, from, to }) => [String(stream), from, to])).toEqual([
      ['scope/stream', StreamCut.UNBOUNDED, StreamCut.UNBOUNDED],
    ])
  })

  it.each([8, 9])('full state %i without ranges, with and without padding', index => {
    expect(decodeInitial(form(index, 'initialization record'))).toMatchObject({
      type: 'init',
      starts: new Map([[SEGMENT, 7n]]),
      ends: new Map(),
      ranges: new Map(),
      updatingConfig: false,
    })
  })

  it('checkpoints from before retention by consumption', () => {
    expect(decodeCheckpoints(new CompactReader(form(10, 'checkpointState')))).toEqual({
      list: [],
      last: undefined,
      published: false,
    })
  })

  it('a position without ranges', () => {
    const position = ReaderPosition.fromBytes(form(11, 'position'))
    expect(position.toText()).toBe(`1:${SEGMENT}=18`)
  })
})

describe('what is refused', () => {
  it('a full state that is none', () => {
    const error = refused(() => decodeInitial(bytesOf('00020001000000000400027231')))
    expect(error.code).toBe('CORRUPT_STATE')
    expect(error.message).toContain('it is an update addReader')
  })

  it.each([
    ['no bytes', ''],
    ['another format', '01020001000000000400027231'],
    ['no revision', '00020000'],
    ['revisions out of order', '00020001010000000400027231'],
    ['a revision longer than what is there', '00020001007fffffff00027231'],
    ['a revision of negative length', '0002000100ffffffff00027231'],
    ['a reader longer than its revision', '000200010000000004ffff7231'],
    ['text that is not modified UTF-8', '00020001000000000400027280'],
    ['a segment that is none', '00050001000000000700027231000161'],
    ['more entries than bytes', '00030001000000000800027231ffffffff'],
  ])('%s', (_, hex) => {
    expect(refused(() => decodeUpdate(bytesOf(hex))).code).toBe('CORRUPT_STATE')
  })
})
