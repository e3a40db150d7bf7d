/*
 * MurmurHash3 x64-128 over the UTF-16LE code units of a text. 64-bit words are kept as two 32-bit halves (names end in H
 * and L), because BigInt would allocate for every step and this runs once per event.
 */

/** Java's hash code of the text "EventRouter". */
const SEED = 1_741_865_571

const C1H = 0x87c3_7b91 | 0
const C1L = 0x1142_53d5
const C2H = 0x4cf5_ad43
const C2L = 0x2745_937f
const FMIX1H = 0xff51_afd7 | 0
const FMIX1L = 0xed55_8ccd | 0
const FMIX2H = 0xc4ce_b9fe | 0
const FMIX2L = 0x1a85_ec53

/** High 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aL = a & 0xffff
  const aH = a >>> 16
  const bL = b & 0xffff
  const bH = b >>> 16
  const hl = Math.imul(aH, bL)
  const lh = Math.imul(aL, bH)
  const middle = (Math.imul(aL, bL) >>> 16) + (hl & 0xffff) + (lh & 0xffff)
  return (Math.imul(aH, bH) + (hl >>> 16) + (lh >>> 16) + (middle >>> 16)) | 0
}

function high(aH: number, aL: number, bH: number, bL: number): number {
  return (multiplyHigh(aL, bL) + Math.imul(aH, bL) + Math.imul(aL, bH)) | 0
}

/** 1 when adding `b` to something gave `sum` in 32 bits and did not fit. */
function carry(sum: number, b: number): number {
  return sum >>> 0 < b >>> 0 ? 1 : 0
}

/**
 * Where a routing key falls among the key ranges of a stream: a number in [0, 1). Equal to what Java clients compute, for
 * every string: keys are hashed as UTF-16, lone surrogates included; the empty key is legal.
 */
export function routingKeyPosition(key: string): number {
  return textPosition(key, SEED)
}

/**
 * Hash of a text as a number in [0, 1), with a seed of one's own. Equal to what Java members of a reader group compute, for
 * every string.
 *
 * @param seed - Signed 32 bits.
 */
export function textPosition(key: string, seed: number): number {
  const length = key.length
  let h1H = seed < 0 ? -1 : 0
  let h1L = seed | 0
  let h2H = h1H
  let h2L = h1L
  let t = 0
  let i = 0
  for (;;) {
    const left = length - i
    const whole = left >= 8
    let k1L = 0
    let k1H = 0
    let k2L = 0
    let k2H = 0
    if (whole) {
      k1L = key.charCodeAt(i) | (key.charCodeAt(i + 1) << 16)
      k1H = key.charCodeAt(i + 2) | (key.charCodeAt(i + 3) << 16)
      k2L = key.charCodeAt(i + 4) | (key.charCodeAt(i + 5) << 16)
      k2H = key.charCodeAt(i + 6) | (key.charCodeAt(i + 7) << 16)
    } else {
      // charCodeAt behind the end is NaN, which counts as 0 here.
      if (left > 0) k1L = key.charCodeAt(i) | (key.charCodeAt(i + 1) << 16)
      if (left > 2) k1H = key.charCodeAt(i + 2) | (key.charCodeAt(i + 3) << 16)
      if (left > 4) k2L = key.charCodeAt(i + 4) | (key.charCodeAt(i + 5) << 16)
      if (left > 6) k2H = key.charCodeAt(i + 6)
    }
    i += 8

    // k1 *= c1; k1 = rotl(k1, 31); k1 *= c2; h1 ^= k1
    t = high(k1H, k1L, C1H, C1L)
    k1L = Math.imul(k1L, C1L)
    k1H = (t << 31) | (k1L >>> 1)
    k1L = (k1L << 31) | (t >>> 1)
    h1H ^= high(k1H, k1L, C2H, C2L)
    h1L ^= Math.imul(k1L, C2L)

    // k2 *= c2; k2 = rotl(k2, 33); k2 *= c1
    t = high(k2H, k2L, C2H, C2L)
    k2L = Math.imul(k2L, C2L)
    k2H = (k2L << 1) | (t >>> 31)
    k2L = (t << 1) | (k2L >>> 31)
    t = high(k2H, k2L, C1H, C1L)
    k2L = Math.imul(k2L, C1L)
    k2H = t

    if (!whole) {
      // A tail of no bytes gives k1 = k2 = 0 and changes nothing.
      h2H ^= k2H
      h2L ^= k2L
      break
    }

    // h1 = rotl(h1, 27) + h2; h1 = h1 * 5 + 0x52dce729
    t = (h1H << 27) | (h1L >>> 5)
    h1L = (((h1L << 27) | (h1H >>> 5)) + h2L) | 0
    h1H = (t + h2H + carry(h1L, h2L)) | 0
    t = Math.imul(h1H, 5) + (h1L >>> 30) + carry(((h1L << 2) + h1L) | 0, h1L)
    h1L = (Math.imul(h1L, 5) + 0x52dc_e729) | 0
    h1H = (t + carry(h1L, 0x52dc_e729)) | 0

    // h2 ^= k2; h2 = rotl(h2, 31) + h1; h2 = h2 * 5 + 0x38495ab5
    h2H ^= k2H
    h2L ^= k2L
    t = (h2H << 31) | (h2L >>> 1)
    h2L = (((h2L << 31) | (h2H >>> 1)) + h1L) | 0
    h2H = (t + h1H + carry(h2L, h1L)) | 0
    t = Math.imul(h2H, 5) + (h2L >>> 30) + carry(((h2L << 2) + h2L) | 0, h2L)
    h2L = (Math.imul(h2L, 5) + 0x3849_5ab5) | 0
    h2H = (t + carry(h2L, 0x3849_5ab5)) | 0
  }
  return finish(length * 2, h1H, h1L, h2H, h2L)
}

/** Apart from the loop above, so that all that both call can be compiled into them. */
function finish(bytes: number, h1H: number, h1L: number, h2H: number, h2L: number): number {
  let t = 0
  h1L ^= bytes
  h2L ^= bytes
  h1L = (h1L + h2L) | 0
  h1H = (h1H + h2H + carry(h1L, h2L)) | 0
  h2L = (h2L + h1L) | 0
  h2H = (h2H + h1H + carry(h2L, h1L)) | 0

  // fmix(h1), fmix(h2): x ^= x >>> 33; x *= m1; x ^= x >>> 33; x *= m2; x ^= x >>> 33
  h1L ^= h1H >>> 1
  t = high(h1H, h1L, FMIX1H, FMIX1L)
  h1L = Math.imul(h1L, FMIX1L) ^ (t >>> 1)
  h1H = high(t, h1L, FMIX2H, FMIX2L)
  h1L = Math.imul(h1L, FMIX2L) ^ (h1H >>> 1)

  h2L ^= h2H >>> 1
  t = high(h2H, h2L, FMIX1H, FMIX1L)
  h2L = Math.imul(h2L, FMIX1L) ^ (t >>> 1)
  h2H = high(t, h2L, FMIX2H, FMIX2L)
  h2L = Math.imul(h2L, FMIX2L) ^ (h2H >>> 1)

  h1L = (h1L + h2L) | 0
  h1H = (h1H + h2H + carry(h1L, h2L)) | 0
  // The top 52 bits as a fraction: both terms are exact, and so is their sum.
  return (h1H >>> 0) * 2 ** -32 + (h1L >>> 12) * 2 ** -52
}
