import { describe, expect, it } from 'vitest'
import { KeyJournal } from '../../src/crash/key-journal.ts'
import { labelOf, parseLabel, textOf } from '../../src/crash/labelled-event.ts'
import { ReadingLedger } from '../../src/crash/reading-ledger.ts'
import { type PlacedEvent, SegmentLedger } from '../../src/crash/segment-ledger.ts'
import { TransactionJournal } from '../../src/crash/transaction-journal.ts'

// A crash run that finds nothing says something only if it would have found it.

function written(count: number): KeyJournal {
  const journal = new KeyJournal()
  for (let n = 0; n < count; n++) journal.take('a')
  return journal
}

function see(journal: KeyJournal, ...numbers: readonly number[]): readonly string[] {
  return numbers.flatMap(n => journal.see('a', n))
}

describe('events of a key', () => {
  it('are fine when all that were acknowledged are there, once and in order', () => {
    const journal = written(3)
    journal.acknowledge('a', 1)
    expect(see(journal, 0, 1)).toEqual([])
    expect(journal.missing()).toEqual([])
    // Not acknowledged, and there all the same: its acknowledgement was lost.
    expect(see(journal, 2)).toEqual([])
    expect(journal.missing()).toEqual([])
  })

  it('are missed at the end', () => {
    const journal = written(3)
    journal.acknowledge('a', 2)
    see(journal, 0)
    expect(journal.missing()).toEqual(['event a:1 is missing behind a:0', 'event a:2 is missing behind a:0'])
  })

  it('are missed in the middle', () => {
    expect(see(written(3), 0, 2)).toEqual(['event a:1 is missing behind a:0'])
  })

  it.each([
    ['twice', [0, 1, 1]],
    ['out of order', [0, 1, 0]],
  ])('are noticed %s', (_, numbers) => {
    expect(see(written(2), ...numbers)).toMatchObject([expect.stringMatching(/second time, or behind/)])
  })

  it('that nobody wrote are noticed', () => {
    expect(see(written(1), 0, 1)).toEqual(['event a:1 was never written'])
  })

  it('may be there or not when their writer is gone, but not twice', () => {
    const journal = written(5)
    for (const n of [1, 2]) journal.giveUp('a', n)
    journal.acknowledge('a', 3)
    expect(see(journal, 0, 1, 3)).toEqual([])
    expect(journal.missing()).toEqual([])
    expect(see(journal, 2)).toHaveLength(1)
  })
})

describe('transactions', () => {
  function journalWith(events: number): TransactionJournal {
    const journal = new TransactionJournal()
    journal.begin('t')
    for (let n = 0; n < events; n++) journal.take('t')
    return journal
  }

  it.each([
    { fate: 'committed', seen: 2, faults: 0 },
    { fate: 'committed', seen: 1, faults: 1 },
    { fate: 'committed', seen: 0, faults: 1 },
    { fate: 'aborted', seen: 0, faults: 0 },
    { fate: 'aborted', seen: 1, faults: 1 },
    { fate: 'aborted', seen: 2, faults: 1 },
    { fate: 'open', seen: 0, faults: 0 },
    { fate: 'open', seen: 1, faults: 1 },
  ] as const)('$fate with $seen of 2 events: $faults faults', ({ fate, seen, faults }) => {
    const journal = journalWith(2)
    journal.end('t', fate)
    for (let n = 0; n < seen; n++) expect(journal.see('t', n)).toEqual([])
    expect(journal.check()).toHaveLength(faults)
  })

  it('are noticed when an event comes twice, or after they were checked', () => {
    const journal = journalWith(1)
    journal.see('t', 0)
    expect(journal.see('t', 0)).toHaveLength(1)
    journal.end('t', 'committed')
    expect(journal.check()).toEqual([])
    expect(journal.see('t', 0)).toHaveLength(1)
  })
})

function placed(label: string, offset: bigint, endOffset: bigint = offset + 10n): PlacedEvent {
  return { label, offset, endOffset }
}

describe('what is in a segment', () => {
  const before = [placed('x', 0n), placed('y', 10n), placed('z', 20n)]

  function noted(): { ledger: SegmentLedger; news: string[]; note: (start: bigint, now: PlacedEvent[]) => string[] } {
    const ledger = new SegmentLedger()
    const news: string[] = []
    const note = (start: bigint, now: PlacedEvent[]): string[] =>
      ledger.note('s', start, now, ({ label }) => news.push(label))
    note(0n, before)
    return { ledger, news, note }
  }

  it('may grow, and be truncated', () => {
    const { note, news, ledger } = noted()
    expect(note(10n, [...before.slice(1), placed('new', 30n)])).toEqual([])
    expect(news).toEqual(['x', 'y', 'z', 'new'])
    expect(ledger.size).toBe(3)
  })

  it.each([
    ['is shorter', 0n, before.slice(0, 2)],
    ['is another', 0n, [...before.slice(0, 2), placed('other', 20n)]],
    ['has moved', 0n, [before[0], placed('y', 11n), placed('z', 21n)]],
    ['is gone', 0n, []],
  ] as const)('is noticed when it %s', (_, start, now) => {
    expect(noted().note(start, now as PlacedEvent[]).length).toBeGreaterThan(0)
  })

  it('is noticed when truncated events come back', () => {
    const { note } = noted()
    note(10n, before.slice(1))
    expect(note(0n, before).length).toBeGreaterThan(0)
  })

  it('is what readers were given', () => {
    const { ledger } = noted()
    expect(ledger.compare('s', [placed('x', 0n), placed('z', 20n)])).toEqual([])
    expect(ledger.compare('s', [placed('ghost', 10n), placed('late', 30n)])).toHaveLength(2)
  })
})

describe('what readers are given', () => {
  it.each([
    ['again', [placed('x', 0n), placed('x', 0n)]],
    ['too far', [placed('x', 0n), placed('z', 20n)]],
  ])('is noticed when it comes %s', (_, events) => {
    const ledger = new ReadingLedger()
    for (const event of events) ledger.give('r', 's', event)
    expect(ledger.faults).toHaveLength(1)
  })

  it('may come again after the group was sent back', async () => {
    const ledger = new ReadingLedger()
    for (const event of [placed('x', 0n), placed('y', 10n)]) ledger.give('r', 's', event)
    ledger.goBack('s', 10n)
    expect(await ledger.reached(new Map([['s', 20n]]), AbortSignal.abort())).toBe(false)
    const reached = ledger.reached(new Map([['s', 20n]]), new AbortController().signal)
    ledger.give('r', 's', placed('y', 10n))
    expect(await reached).toBe(true)
    expect(ledger.faults).toEqual([])
  })
})

it('labels say whether the rest of an event is as it was written', () => {
  const text = textOf({ kind: 'e', name: 'k', n: 7 }, 5)
  expect(parseLabel(labelOf(text))).toEqual({ kind: 'e', name: 'k', n: 7 })
  expect(parseLabel(labelOf(text.slice(0, -1)))).toBeUndefined()
  expect(parseLabel(labelOf(text.replace('..', '\0\0')))).toBeUndefined()
})
