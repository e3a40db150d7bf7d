import { validateStreamName } from '@pravega-ts/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentOfStream, rowStreamName, schemaStreamName } from '../src/index.ts'

const table = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'ab_-.egs0/ A2_'), maxLength: 30 }),
)
const generation = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 999_999 }))

describe('names of streams', () => {
  it.each([
    ['orders', 'orders'],
    ['aws_ec2_instances', 'aws-ec2-instances'],
    ['a-b.c', 'a.2db.2ec'],
    ['Straße 7', 'Stra.c3.9fe.207'],
    ['', '.e'],
  ])('%j is %s', (name, stream) => {
    expect(rowStreamName(name)).toBe(stream)
    expect(rowStreamName(name, 12)).toBe(`${stream}.g12`)
    expect(schemaStreamName(name)).toBe(`${stream}.schema`)
  })

  it('are legal, and tell the table again', () => {
    fc.assert(
      fc.property(table, generation, (name, number) => {
        const rows = validateStreamName(rowStreamName(name, number))
        expect(contentOfStream(rows)).toEqual({ table: name, holds: 'rows', generation: number })
        const schema = validateStreamName(schemaStreamName(name))
        expect(contentOfStream(schema)).toEqual({ table: name, holds: 'schema', generation: 1 })
      }),
    )
  })

  it('are different for different tables and generations', () => {
    fc.assert(
      fc.property(fc.uniqueArray(table, { maxLength: 50 }), tables => {
        const names = tables.flatMap(name => [rowStreamName(name), rowStreamName(name, 2), schemaStreamName(name)])
        expect(new Set(names).size).toBe(3 * tables.length)
      }),
    )
  })

  it('are nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab-.0123456789efgschema'), minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(text, stream => {
        const content = contentOfStream(stream)
        if (content === undefined) return
        const { table: name, holds, generation: number } = content
        expect(holds === 'rows' ? rowStreamName(name, number) : schemaStreamName(name)).toBe(stream)
      }),
      { numRuns: 1000 },
    )
    for (const stream of ['', '.', '.5f', '.41', '.FF', 'a.', 'a.g1', 'a.g01', 'a_b', '.ff', 'a.gg']) {
      expect(contentOfStream(stream)).toBeUndefined()
    }
  })

  it('are refused for a table that none fits', () => {
    expect(rowStreamName('x'.repeat(240))).toHaveLength(240)
    expect(() => rowStreamName('x'.repeat(241))).toThrow('has 241 characters, more than the 240')
    expect(() => rowStreamName('\ud800')).toThrow('half of a surrogate pair')
  })
})
