import { describe, expect, it } from 'vitest'
import { CachedTail } from '../../../src/storage/disk/segments/cached-tail.ts'
import { MemoryCache } from '../../../src/storage/disk/segments/memory-cache.ts'
import { received } from '../../support/received-data.ts'

const MIB = 1024 * 1024

function bytesOf(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts)
}

describe('CachedTail', () => {
  it('keeps large received bytes where they are, and copies the others', () => {
    const tail = new CachedTail(new MemoryCache(16 * MIB), 0)
    const large = received(Buffer.alloc(MIB, 1))
    const small = Buffer.alloc(300, 2)
    const [kept, copied] = tail.append([large, small])
    expect(kept?.buffer).toBe(large.buffer)
    expect(copied?.buffer).not.toBe(small.buffer)
    const other = Buffer.alloc(MIB, 3)
    expect(tail.append([other]).some(view => view.buffer === other.buffer)).toBe(false)
    const expected = Buffer.concat([large, small, other])
    expect(bytesOf(tail.read(0, 3 * MIB)).equals(expected)).toBe(true)
    expect(bytesOf(tail.read(MIB - 10, 500)).equals(expected.subarray(MIB - 10, MIB + 490))).toBe(true)
  })

  it('copies what is too large a part of its budget', () => {
    const tail = new CachedTail(new MemoryCache(MIB), 0)
    const large = received(Buffer.alloc(MIB, 1))
    expect(tail.append([large]).some(view => view.buffer === large.buffer)).toBe(false)
  })

  it('gives received memory back when it is written, unless somebody looks at it', () => {
    const cache = new MemoryCache(8 * MIB)
    const tail = new CachedTail(cache, 0)
    const unseen = received(Buffer.alloc(MIB, 1))
    const seen = received(Buffer.alloc(MIB, 2))
    tail.append([unseen])
    tail.append([seen])
    const [view] = tail.read(MIB, 10)
    const add = (): void => {
      for (let n = 0; n < 8; n++) tail.append([received(Buffer.alloc(MIB, 3))])
    }
    add()
    expect(tail.start).toBe(0)
    tail.written(10 * MIB)
    cache.shrink()
    expect(tail.start).toBe(2 * MIB)
    expect(cache.allocatedBytes).toBe(8 * MIB)
    expect(unseen.byteLength).toBe(0)
    expect(view).toEqual(Buffer.alloc(10, 2))
  })

  it.each(['before', 'behind'])('takes little room for what comes %s large parts', where => {
    const cache = new MemoryCache(64 * MIB)
    const tail = new CachedTail(cache, 0)
    for (let n = 0; n < 30; n++) {
      const parts = [received(Buffer.alloc(MIB, n)), Buffer.alloc(500, n)]
      tail.append(where === 'before' ? parts.reverse() : parts)
    }
    expect(cache.allocatedBytes).toBeLessThan(30 * (MIB + 5000))
  })
})
