import { ScopedStream, utf8Codec } from '@pravega-ts/client'
import { readerGroupStreamName } from '@pravega-ts/model'
import { logStore } from '@pravega-ts/reader-group'
import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import type { Stage } from '../stage.ts'
import { javaMember, ourMember } from './members.ts'

/** Of a group's state; members compact it above that. */
const COMPACTION_BYTES = 512 * 1024

export function javaSharedLog({ other: java, open }: Stage<ForeignJava>): void {
  it('a revisioned stream holds the values and revisions of both, and one mark', async ({ expect }) => {
    await using scene = await open('revisions')
    const stream = String(await scene.stream())
    await using ours = await scene.factory.createRevisionedStream(stream, utf8Codec)
    const oldest = await ours.fetchOldestRevision()
    const first = await ours.writeConditionally(oldest, 'ours, first')
    await java.request('revisionedAppend', { stream, values: ['theirs', 'zweites ä', ''] })
    // Whoever has not read everything is refused.
    expect(await ours.writeConditionally(first ?? oldest, 'too late')).toBeUndefined()
    expect(
      await java.request('revisionedConditional', { stream, latest: oldest.toText(), value: 'too late' }),
    ).toBeNull()
    const latest = await ours.fetchLatestRevision()
    expect(
      await java.request('revisionedConditional', { stream, latest: latest.toText(), value: 'last' }),
    ).not.toBeNull()

    const read: { revision: string; value: string }[] = []
    for await (const { revision, value } of ours.readFrom(oldest)) read.push({ revision: revision.toText(), value })
    expect(read.map(({ value }) => value)).toEqual(['ours, first', 'theirs', 'zweites ä', '', 'last'])
    expect(await java.request('revisionedRead', { stream })).toEqual(read)

    expect(await java.request('revisionedMark', { stream })).toBeNull()
    expect(await ours.compareAndSetMark(undefined, first)).toBe(true)
    expect(await java.request('revisionedMark', { stream })).toBe(first?.toText())
    const marked = { stream, expected: first?.toText(), next: latest.toText() }
    expect(await java.request('revisionedSetMark', marked)).toBe(true)
    expect(await java.request('revisionedSetMark', marked)).toBe(false)
    expect((await ours.getMark())?.toText()).toBe(latest.toText())
  })

  it('a state of a group that we have compacted is read by members of both kinds, old and new', async ({ expect }) => {
    await using scene = await open('compacted')
    const stream = await scene.stream(4)
    const group = await scene.group([stream])
    const ledger = new EventLedger('by reader')
    const old = [await javaMember(java, group, 'java-old', ledger), await ourMember(scene, group, 'ours-old', ledger)]
    await java.writeKeyed(String(stream), { prefix: 'before', count: 500, keys: 20 })
    await ledger.reached(500)
    await java.checkpoint(String(group), 'before')

    const name = new ScopedStream(group.scope, readerGroupStreamName(group.name))
    const state = scene.use(logStore(scene.factory.segmentStore, name, { random: () => 0 }))
    // Legal in any state and without effect: there is no such reader.
    const reader = 'r'.repeat(200)
    for (let bytes = 0; bytes < 1.2 * COMPACTION_BYTES; bytes += 64 * 250) {
      const updates = Array.from({ length: 64 }, () => ({ type: 'removeReader', reader, offsets: new Map() }) as const)
      await state.transact(() => ({ updates, result: undefined }))
    }
    await expect.poll(() => state.compact(), { timeout: 20_000 }).toBe(true)

    const fresh = [await javaMember(java, group, 'java-new', ledger), await ourMember(scene, group, 'ours-new', ledger)]
    await java.writeKeyed(String(stream), { prefix: 'after', count: 500, keys: 20 })
    await ledger.reached(1_000)
    await java.checkpoint(String(group), 'after')
    expect([...(await java.onlineReaders(String(group)))].sort()).toEqual([
      'java-new',
      'java-old',
      'ours-new',
      'ours-old',
    ])
    expect(await java.unreadBytes(String(group))).toBe(0n)
    for (const member of [...old, ...fresh]) await member.leave()
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
  })
}
