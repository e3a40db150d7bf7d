import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeFileHeader,
  decodeFrame,
  encodeFileHeader,
  type Frame,
  type FrameHead,
  frameHeadBytes,
  sealFrame,
  writeFrameHead,
} from '../../../src/storage/disk/frames/frame-codec.ts'
import { FrameIndex } from '../../../src/storage/disk/frames/frame-index.ts'
import { replay } from '../../../src/storage/disk/frames/frame-replay.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'

const WRITER = '5f1b2f0e-aaaa-4bbb-8ccc-000000000001'

function encode(head: FrameHead, data: Uint8Array, isApart = false): Buffer {
  const headBytes = frameHeadBytes(head.changes.length, head.source !== undefined)
  const bytes = Buffer.alloc(headBytes + data.byteLength)
  const start = writeFrameHead(bytes, 0, head, data.byteLength)
  bytes.set(data, start)
  if (isApart) sealFrame(bytes, 0, start, [data.subarray(0, 3), data.subarray(3)])
  else sealFrame(bytes, 0, bytes.byteLength)
  return bytes
}

describe('golden bytes', () => {
  test('of the beginning of a file', () => {
    const bytes = encodeFileHeader({ segment: 5, offset: 2 ** 40 + 1 })
    expect(bytes.toString('hex')).toBe('7072617665676144000000011a77ed2900000000000000050000010000000001')
    expect(decodeFileHeader(bytes)).toEqual({ segment: 5, offset: 2 ** 40 + 1 })
  })

  test('of an append', () => {
    const changes = [{ id: WRITER, value: -2n }]
    const head: FrameHead = {
      offset: 2 ** 33 + 7,
      time: 1_700_000_000_000,
      moreFollows: false,
      source: undefined,
      changes,
    }
    const bytes = encode(head, Buffer.from('pravega'))
    expect(bytes.toString('hex')).toBe(
      '17f589a8' +
        '0000001f' +
        '0000000200000007' +
        '018bcfe56800' +
        '00' +
        '01' +
        '5f1b2f0eaaaa4bbb8ccc000000000001' +
        'fffffffffffffffe' +
        '70726176656761',
    )
    expect(encode(head, Buffer.from('pravega'), true).equals(bytes)).toBe(true)
    expect(decodeFrame(bytes, 0)).toMatchObject({ ...head, data: Buffer.from('pravega'), frameBytes: bytes.byteLength })
  })

  test('of a merge that goes on', () => {
    const head: FrameHead = { offset: 0, time: 1, moreFollows: true, source: 77, changes: [] }
    const bytes = encode(head, Buffer.from('ab'))
    expect(bytes.toString('hex')).toBe(
      '128e91c9' + '0000000a' + '0000000000000000' + '000000000001' + '03' + '00' + '000000000000004d' + '6162',
    )
    expect(decodeFrame(bytes, 0)).toMatchObject({ ...head, data: Buffer.from('ab') })
  })
})

const head = fc.record({
  time: fc.nat(2 ** 31),
  moreFollows: fc.boolean(),
  source: fc.option(fc.nat(), { nil: undefined }),
  changes: fc.array(fc.record({ id: fc.uuid(), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }), {
    maxLength: 3,
  }),
})
const written = fc.array(fc.record({ head, data: fc.uint8Array({ maxLength: 200 }) }), { minLength: 1, maxLength: 8 })

interface Written {
  readonly bytes: Buffer
  /** Where each frame begins, and then where the last one ends. */
  readonly places: readonly number[]
}

function file(frames: readonly { readonly head: Omit<FrameHead, 'offset'>; readonly data: Uint8Array }[]): Written {
  let offset = 0
  const parts = [encodeFileHeader({ segment: 1, offset: 0 })]
  const places = [32]
  for (const frame of frames) {
    const bytes = encode({ ...frame.head, offset }, frame.data)
    parts.push(bytes)
    places.push((places.at(-1) as number) + bytes.byteLength)
    offset += frame.data.byteLength
  }
  return { bytes: Buffer.concat(parts), places }
}

/** Where a recovery of these bytes would cut. */
async function whole(bytes: Buffer): Promise<number> {
  const disk = new MemoryDisk()
  const handle = await disk.fileSystem.open('file', 'create')
  await handle.writev([bytes], 0)
  const kept = { number: 1, madeFor: 1, base: 0, frameBase: 0, size: 32, dataBytes: 0, index: new FrameIndex() }
  return (await replay(handle, kept, bytes.byteLength, () => true)).file.size
}

/** Where the last change ends that is whole before `place`. */
function endOfChanges(
  frames: readonly { readonly head: Omit<FrameHead, 'offset'> }[],
  places: readonly number[],
  place: number,
) {
  let end = 32
  for (const [index, frame] of frames.entries()) {
    const behind = places[index + 1] as number
    if (behind > place) break
    if (!frame.head.moreFollows) end = behind
  }
  return end
}

test('what was written is read', () => {
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 3000 }), fc.nat(2 ** 50), fc.nat(40), (some, data, offset, at) => {
      const bytes = Buffer.concat([Buffer.alloc(at), encode({ ...some, offset }, data), Buffer.from('behind')])
      const { data: found, ...rest } = decodeFrame(bytes, at) as Frame
      expect(rest).toMatchObject({ ...some, offset })
      expect(Buffer.compare(found, data)).toBe(0)
    }),
  )
})

test('wherever a file is cut, what is whole before is kept, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(written, fc.nat(1000), async (frames, thousandths) => {
      const { bytes, places } = file(frames)
      const cut = 32 + Math.floor(((bytes.byteLength - 32) * thousandths) / 1000)
      expect(await whole(bytes.subarray(0, cut))).toBe(endOfChanges(frames, places, cut))
    }),
    { numRuns: 200 },
  )
})

test('whichever bit is flipped, what is before is kept, and nothing from there on', async () => {
  await fc.assert(
    fc.asyncProperty(written, fc.nat(), fc.nat(7), async (frames, at, bit) => {
      const { bytes, places } = file(frames)
      const place = 32 + (at % (bytes.byteLength - 32))
      bytes[place] = (bytes[place] as number) ^ (1 << bit)
      const broken = places.findLast(begin => begin <= place) as number
      expect(await whole(bytes)).toBe(endOfChanges(frames, places, broken))
    }),
    { numRuns: 300 },
  )
})

test('any bytes are refused or read, and never more is read than there is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
      expect(decodeFrame(Buffer.from(bytes), Math.min(at, bytes.byteLength))).toBe(undefined)
      expect(decodeFileHeader(Buffer.from(bytes))).toBe(undefined)
    }),
  )
})
