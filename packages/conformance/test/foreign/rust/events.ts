import { it } from 'vitest'
import type { ForeignRust, RustRead } from '../../../src/foreign-rust.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import type { Stage } from '../stage.ts'

const LARGE = 9 * 1024 * 1024

export function rustEvents({ other: rust, open }: Stage<ForeignRust>): void {
  it('events: what Rust writes we read, in order over scales, and in the same segments as ours', async ({ expect }) => {
    await using scene = await open('rust-writes')
    const stream = await scene.stream()
    await scene.manager.scaleStreamTo(stream, 4)
    const name = String(stream)
    const reader = await scene.reader(await scene.group([stream]))
    const write = (prefix: string): Promise<number> =>
      rust.request('events.writeKeyed', { stream: name, prefix, count: 500, keys: 20 })
    expect(await write('a')).toBe(500)
    const [, scaled] = await Promise.all([write('b'), scene.manager.scaleStreamTo(stream, 6)])
    expect(scaled.length).toBe(6)
    await scene.manager.scaleStreamTo(stream, 1)
    expect(await write('c')).toBe(500)
    const ledger = new EventLedger()
    for (const event of await scene.take(reader, 1500)) ledger.note('ours', event)
    expect([ledger.count, ...ledger.faults, ...ledger.gaps()]).toEqual([1500])

    // Large before a scale, and among small ones.
    const events = [
      { key: 'l', event: 'small' },
      { key: 'l', event: 'L', repeat: LARGE },
      { key: 'l', event: 'ä🔑' },
    ]
    expect(await rust.request('events.write', { stream: name, events })).toBe(3)
    const [small = '', large = '', last = ''] = await scene.take(reader, 3)
    expect([small, large.length, large === 'L'.repeat(LARGE), last]).toEqual(['small', LARGE, true, 'ä🔑'])

    const placed = await scene.stream(8)
    const keys = Array.from({ length: 30 }, (_, n) => `key ${n}`)
    const theirs = keys.map(key => ({ key, event: `rust ${key}` }))
    await rust.request('events.write', { stream: String(placed), events: theirs })
    const writer = await scene.writer(placed)
    for (const key of keys) void writer.writeEvent(`ours ${key}`, { routingKey: key })
    await writer.flush()
    const segments = new Map<string, string>()
    for await (const event of await scene.reader(await scene.group([placed]))) {
      segments.set(event.value, String(event.segment))
      if (segments.size === 60) break
    }
    expect(keys.map(key => segments.get(`rust ${key}`))).toEqual(keys.map(key => segments.get(`ours ${key}`)))
  })
}

/** Takes ten seconds and more: so long Rust's readers wait before they take over from one that has left. */
export function rustGroups({ other: rust, open }: Stage<ForeignRust>): void {
  it("a group of two of Rust's readers: what we write comes once and in order, over scales and a reader that leaves", async ({
    expect,
  }) => {
    await using scene = await open('rust-reads')
    const stream = await scene.stream()
    await scene.manager.scaleStreamTo(stream, 3)
    const group = `${scene.scope}/theirs`
    const writer = await scene.writer(stream)
    const write = async (prefix: string): Promise<void> => {
      for (let n = 0; n < 300; n++) {
        const routingKey = `${prefix}${n % 12}`
        void writer.writeEvent(`${routingKey}:${Math.floor(n / 12)}`, { routingKey })
      }
      await writer.flush()
    }
    expect(await rust.request('events.createGroup', { group, streams: [String(stream)], refreshTimeMs: 300 })).toBe(
      true,
    )
    const ledger = new EventLedger('by reader')
    const ended: RustRead[] = []
    const names = [`${scene.scope}-1`, `${scene.scope}-2`]
    for (const name of names) {
      await rust.openReader(group, name, read => {
        if (read.type === 'event') ledger.note(name, read.event)
        else ended.push(read)
      })
    }
    expect(await rust.request('events.onlineReaders', { group })).toEqual(names)
    await write('a')
    await ledger.reached(300)
    await scene.manager.scaleStreamTo(stream, 4)
    await write('b')
    await scene.manager.scaleStreamTo(stream, 2)
    await ledger.reached(600)
    await rust.closeReader(names[0] ?? '')
    await write('c')
    await ledger.reached(900)
    expect([...ledger.faults, ...ledger.gaps()]).toEqual([])
    expect(ended).toEqual([{ type: 'closed' }])
    // The other one would take ten seconds to notice that it is to go: what waits for a segment does not look.
    expect(await rust.request('events.onlineReaders', { group })).toEqual(names.slice(1))
    expect(await rust.request('events.deleteGroup', { group })).toBe(true)
  })
}
