/** MurmurHash3 x64-128 as it is usually written down, to compare the fast one with. */

const MASK = 2n ** 64n - 1n
const SEED = 1741865571n
const C1 = 0x87c37b91114253d5n
const C2 = 0x4cf5ad432745937fn

const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK
const mix1 = (k: bigint): bigint => (rotate((k * C1) & MASK, 31n) * C2) & MASK
const mix2 = (k: bigint): bigint => (rotate((k * C2) & MASK, 33n) * C1) & MASK

function finish(h: bigint): bigint {
  h = ((h ^ (h >> 33n)) * 0xff51afd7ed558ccdn) & MASK
  h = ((h ^ (h >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK
  return h ^ (h >> 33n)
}

function hash(bytes: Buffer): bigint {
  let h1 = SEED
  let h2 = SEED
  const blocks = Math.floor(bytes.length / 16)
  for (let i = 0; i < blocks; i++) {
    h1 ^= mix1(bytes.readBigUInt64LE(i * 16))
    h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dce729n) & MASK
    h2 ^= mix2(bytes.readBigUInt64LE(i * 16 + 8))
    h2 = ((rotate(h2, 31n) + h1) * 5n + 0x38495ab5n) & MASK
  }
  const tail = Buffer.alloc(16)
  bytes.copy(tail, 0, blocks * 16)
  h2 ^= mix2(tail.readBigUInt64LE(8))
  h1 ^= mix1(tail.readBigUInt64LE(0))
  h1 ^= BigInt(bytes.length)
  h2 ^= BigInt(bytes.length)
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  return (finish(h1) + finish(h2)) & MASK
}

export function referencePosition(key: string): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, 0x3ff0000000000000n + (hash(Buffer.from(key, 'utf16le')) >> 12n))
  return view.getFloat64(0) - 1
}
