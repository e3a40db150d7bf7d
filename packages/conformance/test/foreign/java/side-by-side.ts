import { EventPointer, fetchEvent, utf8Serializer } from '@pravega-ts/event-client'
import { it } from 'vitest'
import type { ForeignJava, ForeignRead } from '../../../src/foreign-java.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import type { Stage } from '../stage.ts'

const MIB = 1024 * 1024
/**
 * Java sends a large event in several appends and waits for the acknowledgement of each; a real server at times acknowledges two by one, and then
 * Java waits for good.
 */
const WITH_LARGE_EVENTS = { retry: 3, timeout: 40_000 }
/** ASCII, two, three and four bytes in UTF-8, combining marks, a lone surrogate's neighbourhood, spaces, NUL. */
const KEYS = [
  '',
  'a',
  'hello',
  'é',
  'straße',
  'ключ',
  '鍵',
  '🔑',
  '👩‍👩‍👧',
  'e\u0301',
  '\u{10FFFF}',
  ' ',
  '\0',
  'k'.repeat(1000),
]

/** What a Java reader reads until it has so many events. */
async function javaTake(java: ForeignJava, group: string, count: number): Promise<(ForeignRead & { type: 'event' })[]> {
  const read: (ForeignRead & { type: 'event' })[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const reader = await java.openReader(group, group.replace('/', '-'), told => {
    if (told.type === 'event' && read.push(told) === count) resolve()
  })
  await promise
  await reader.close()
  return read
}

export function javaSideBySide({ other: java, open }: Stage<ForeignJava>): void {
  it('writers put the same key into the same segment, whatever its letters (incumbents: routing-key)', async ({
    expect,
  }) => {
    await using scene = await open('routing-key')
    const stream = await scene.stream(16)
    const writer = await scene.writer(stream)
    await Promise.all(KEYS.map((routingKey, n) => writer.writeEvent(`ours ${n}`, { routingKey })))
    await java.write(
      String(stream),
      KEYS.map((key, n) => ({ key, event: `java ${n}` })),
    )
    const reader = await scene.reader(await scene.group([stream]))
    const segments = new Map<string, string>()
    for await (const event of reader.events({ acknowledgeOnBreak: true })) {
      segments.set(event.value, String(event.segment))
      if (segments.size === 2 * KEYS.length) break
    }
    const placed = (who: string): readonly unknown[] => KEYS.map((key, n) => [key, segments.get(`${who} ${n}`)])
    expect(placed('ours')).toEqual(placed('java'))
    expect(new Set(segments.values()).size).toBeGreaterThan(4)
  })

  it(
    'readers read what the other has written: every byte, empty and large events, keys in order',
    WITH_LARGE_EVENTS,
    async ({ expect }) => {
      await using scene = await open('both-ways')
      const [theirs, ours] = [await scene.stream(4), await scene.stream(4)]
      await java.writeKeyed(String(theirs), { prefix: 'j', count: 2_000, keys: 10 })
      await java.write(String(theirs), [
        { key: 'odd', event: '' },
        { key: 'odd', event: 'ä🔑', repeat: 100 },
        { key: 'odd', event: 'L', repeat: 9 * MIB },
      ])
      const reader = await scene.reader(await scene.group([theirs]))
      const ledger = new EventLedger()
      const odd: string[] = []
      for (const event of await scene.take(reader, 2_003)) {
        if (event.startsWith('j')) ledger.note('ours', event)
        else odd.push(event)
      }
      expect(ledger.faults).toEqual([])
      expect(odd).toEqual(['', 'ä🔑'.repeat(100), 'L'.repeat(9 * MIB)])

      const writer = await scene.writer(ours)
      for (let n = 0; n < 2_000; n++)
        void writer.writeEvent(`o${n % 10}:${Math.floor(n / 10)}`, { routingKey: `o${n % 10}` })
      for (const event of odd) void writer.writeEvent(event, { routingKey: 'odd' })
      await writer.flush()
      const group = `${scene.scope}/theirs`
      await java.createGroup(group, { streams: [String(ours)] })
      const read = (await javaTake(java, group, 2_003)).map(({ event }) => event)
      const theirLedger = new EventLedger()
      for (const event of read) if (event.startsWith('o')) theirLedger.note('java', event)
      expect(theirLedger.faults).toEqual([])
      expect(theirLedger.count).toBe(2_000)
      expect(read.filter(event => !event.startsWith('o'))).toEqual(odd)
    },
  )

  it('events are fetched by the pointers of the other', async ({ expect }) => {
    await using scene = await open('pointers')
    const stream = await scene.stream()
    const events = ['first', 'zweites ä', 'third']
    await java.write(
      String(stream),
      events.map(event => ({ key: 'a', event })),
    )
    const reader = await scene.reader(await scene.group([stream]))
    const group = `${scene.scope}/theirs`
    await java.createGroup(group, { streams: [String(stream)] })
    const theirs = await javaTake(java, group, 3)
    const ours: EventPointer[] = []
    for await (const event of reader) if (ours.push(event.pointer) === 3) break
    expect(ours.map(pointer => Buffer.from(pointer.toBytes()).toString('base64'))).toEqual(
      theirs.map(({ pointer }) => pointer),
    )
    expect(ours.map(pointer => pointer.toText())).toEqual(theirs.map(({ pointerText }) => pointerText))
    const store = scene.factory.segmentStore
    for (const [n, { pointer }] of theirs.entries()) {
      expect(await java.fetchEvent(pointer)).toBe(events[n])
      const fetched = await fetchEvent(store, EventPointer.fromBytes(Buffer.from(pointer, 'base64')), utf8Serializer)
      expect(fetched.value).toBe(events[n])
    }
  })

  it(
    'a writer that stays open over a scale: events before and after, large ones too',
    WITH_LARGE_EVENTS,
    async ({ expect }) => {
      await using scene = await open('java-stays')
      const stream = await scene.stream()
      await scene.manager.scaleStreamTo(stream, 2)
      const reader = await scene.reader(await scene.group([stream]))
      const write = (...events: { key: string; event: string; repeat?: number }[]): Promise<number> =>
        java.write(String(stream), events, String(stream))
      const large = (event: string): string => event.repeat(9 * MIB)
      await write({ key: 'a', event: 'a:0' }, { key: 'a', event: 'B', repeat: 9 * MIB }, { key: 'a', event: 'a:1' })
      await scene.manager.scaleStreamTo(stream, 3)
      // The first thing that it hears of the scale is that the segment for the large event is sealed.
      await write({ key: 'a', event: 'A', repeat: 9 * MIB }, { key: 'a', event: 'a:2' })
      const events = await scene.take(reader, 5)
      expect(events.map(event => (event.length > 10 ? event.length : event))).toEqual([
        'a:0',
        9 * MIB,
        'a:1',
        9 * MIB,
        'a:2',
      ])
      expect(events[1] === large('B') && events[3] === large('A')).toBe(true)
    },
  )

  it('what is truncated before a reader comes by is told, and the rest is read', async ({ expect }) => {
    await using scene = await open('java-truncated')
    const stream = await scene.stream()
    const name = String(stream)
    const group = `${scene.scope}/theirs`
    await java.createGroup(group, { streams: [name] })
    await java.writeKeyed(name, { prefix: 'gone', count: 10, keys: 1 })
    await scene.manager.truncateStream(await scene.manager.getTail(stream))
    await java.writeKeyed(name, { prefix: 'left', count: 10, keys: 1 })
    const heard: ForeignRead[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const reader = await java.openReader(group, group.replace('/', '-'), read => {
      if (heard.push(read) === 11) resolve()
    })
    await promise
    await reader.close()
    expect(heard.slice(0, 11).map(read => (read.type === 'event' ? read.event : read.type))).toEqual([
      'truncated',
      ...Array.from({ length: 10 }, (_, n) => `left0:${n}`),
    ])
  })

  it('a group between cuts reads what is between them', async ({ expect }) => {
    await using scene = await open('java-ends')
    const stream = await scene.stream()
    await scene.manager.scaleStreamTo(stream, 2)
    const name = String(stream)
    await java.writeKeyed(name, { prefix: 'before', count: 20, keys: 4 })
    const from = (await scene.manager.getTail(stream)).toText()
    await java.writeKeyed(name, { prefix: 'within', count: 40, keys: 4 })
    const to = (await scene.manager.getTail(stream)).toText()
    await java.writeKeyed(name, { prefix: 'behind', count: 20, keys: 4 })
    const group = `${scene.scope}/theirs`
    await java.createGroup(group, {
      streams: [name],
      startCuts: { [name]: from },
      endCuts: { [name]: to },
      groupRefreshTimeMillis: 500,
      automaticCheckpointIntervalMillis: 1_000,
    })
    const ledger = new EventLedger('by reader')
    const reader = await java.openReader(group, group.replace('/', '-'), read => {
      if (read.type === 'event') ledger.note('java', read.event)
    })
    await ledger.reached(40)
    // Nothing more comes until it has passed a checkpoint, which is where the group is to end.
    expect(await java.checkpoint(group, 'behind-all')).toEqual({ [name]: expect.any(String) })
    expect(await java.unreadBytes(group)).toBe(0n)
    await reader.close()
    expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([40])
  })
}
