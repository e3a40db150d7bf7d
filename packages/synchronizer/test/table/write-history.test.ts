import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { WriteHistory } from '../../src/table/entry-format.ts'
import { tells, withWrite } from '../../src/table/write-history.ts'

const NONE: WriteHistory = { writes: [], since: undefined }

it('a history never tells what is not so, whoever writes, and whoever wipes it out', () => {
  const writer = fc.oneof(
    { weight: 9, arbitrary: fc.bigInt(1n, 12n) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
  fc.assert(
    fc.property(fc.array(writer, { maxLength: 60 }), writers => {
      let history = NONE
      let version = -1n
      const made: { member: bigint; sequence: bigint; base: bigint }[] = []
      const bases: bigint[] = []
      const sequences = new Map<bigint, bigint>()
      for (const member of writers) {
        bases.push(version)
        if (member === undefined) {
          history = NONE
        } else {
          const sequence = (sequences.get(member) ?? 0n) + 1n
          sequences.set(member, sequence)
          made.push({ member, sequence, base: version })
          history = withWrite(history, { member, sequence }, version)
        }
        version = version < 0n ? 0n : version + 100n
      }
      expect(history.writes.length).toBeLessThanOrEqual(8)
      // The last one of each member, if made, is never denied; the next one, if not made, is never confirmed.
      for (const [member, sequence] of sequences) {
        const last = made.findLast(write => write.member === member)
        expect(tells(history, { member, sequence }, last?.base ?? 0n)).not.toBe(false)
        for (const base of bases.filter(taken => taken > (last?.base ?? 0n))) {
          expect(tells(history, { member, sequence: sequence + 1n }, base)).not.toBe(true)
        }
      }
    }),
  )
})

it('among few members a history always tells', () => {
  let history = NONE
  for (let n = 0n; n < 100n; n++) history = withWrite(history, { member: n % 7n, sequence: n }, n - 1n)
  expect(tells(history, { member: 3n, sequence: 94n }, 93n)).toBe(true)
  expect(tells(history, { member: 3n, sequence: 95n }, 94n)).toBe(false)
  expect(tells(history, { member: 8n, sequence: 1n }, 50n)).toBe(false)
})
