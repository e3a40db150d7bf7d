import { ReaderPosition } from '@pravega-ts/reader-group'
import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import type { Stage } from '../stage.ts'
import { javaMember, type Member, ourMember } from './members.ts'

const ROUND = 1_250
const KEYS = 50

export function javaMixedGroups({ other: java, another, open }: Stage<ForeignJava>): void {
  it('a group of readers of both reads 10,000 events over 8 segments, scaled up and down, each exactly once over both, while members of each kind leave and join', async ({
    expect,
  }) => {
    await using scene = await open('mixed')
    const stream = await scene.stream(4)
    await scene.manager.scaleStreamTo(stream, 8)
    // An automatic checkpoint may clear one with a name before its result is looked at; here all have names.
    const group = await scene.group([{ stream, from: 'tail' }], { automaticCheckpointIntervalMs: -1 })
    const ledger = new EventLedger('by reader')
    const members = new Map<string, Member>()
    const join = async (joining: Promise<Member>): Promise<void> => {
      const member = await joining
      members.set(member.id, member)
    }
    const leave = async (id: string): Promise<void> => {
      await members.get(id)?.leave()
      members.delete(id)
    }
    const joinOurs = (id: string): Promise<void> => join(ourMember(scene, group, id, ledger))
    const joinJava = (id: string): Promise<void> => join(javaMember(java, group, id, ledger))
    await Promise.all([joinOurs('ours-1'), joinOurs('ours-2'), joinJava('java-1'), joinJava('java-2')])

    /** Resolves when each member has segments: only then do all of them take part. */
    const shared = async (): Promise<void> => {
      const smallest = async (): Promise<number> => {
        const { assigned } = await group.state()
        return Math.min(...[...members.keys()].map(id => assigned.get(id)?.size ?? 0))
      }
      await expect.poll(smallest, { timeout: 60_000, interval: 100 }).toBeGreaterThan(0)
    }

    const writer = await scene.writer(stream)
    let written = 0
    /** Half of a round by each kind of writer. */
    const write = async (round: number): Promise<void> => {
      const theirs = java.writeKeyed(String(stream), { prefix: `java-${round}-`, count: ROUND, keys: KEYS })
      for (let n = 0; n < ROUND; n++) {
        const routingKey = `ours-${round}-${n % KEYS}`
        void writer.writeEvent(`${routingKey}:${Math.floor(n / KEYS)}`, { routingKey })
      }
      await Promise.all([theirs, writer.flush()])
      written += 2 * ROUND
    }

    const checkpoints: string[] = []
    let running = true
    const checkpointing = (async (): Promise<void> => {
      while (running) {
        const theirs = await java.checkpoint(String(group), `java-${checkpoints.length}`)
        checkpoints.push(...Object.keys(theirs))
        const { cuts } = await group.initiateCheckpoint(`ours-${checkpoints.length}`)
        checkpoints.push(...[...cuts.keys()].map(String))
      }
    })()
    // Told where it is waited for.
    checkpointing.catch(() => {})
    await shared()
    await write(0)
    await Promise.all([write(1), scene.manager.scaleStreamTo(stream, 12)])
    await Promise.all([leave('ours-1'), leave('java-1'), write(2)])
    await Promise.all([joinOurs('ours-3'), joinJava('java-3')])
    await shared()
    await Promise.all([write(3), scene.manager.scaleStreamTo(stream, 4)])
    await ledger.reached(written)
    expect(written).toBe(10_000)
    running = false
    await checkpointing
    expect(checkpoints.length).toBeGreaterThanOrEqual(4)
    expect(new Set(checkpoints)).toEqual(new Set([String(stream)]))
    expect([...(await java.onlineReaders(String(group)))].sort()).toEqual([...members.keys()].sort())
    expect([...(await group.readers())].sort()).toEqual([...members.keys()].sort())
    // Everybody has answered both ways of asking for positions.
    expect(Object.keys(await java.generateStreamCuts(String(group)))).toEqual([String(stream)])
    // Java counts all of a sealed segment that was read to its end when the checkpoint came before the segment was completed.
    let last = 0
    const unreadByJava = async (): Promise<bigint> => {
      await java.checkpoint(String(group), `last-${last++}`)
      return await java.unreadBytes(String(group))
    }
    await expect.poll(unreadByJava, { timeout: 30_000, interval: 100 }).toBe(0n)
    expect(await group.unreadBytes()).toBe(0n)
    for (const id of [...members.keys()]) await leave(id)

    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    expect([...ledger.countByReader.values()].reduce((sum, count) => sum + count, 0)).toBe(10_000)
    // Nobody was left out.
    expect([...ledger.countByReader.keys()].sort()).toEqual([
      'java-1',
      'java-2',
      'java-3',
      'ours-1',
      'ours-2',
      'ours-3',
    ])
  })

  it('a group goes on when a Java reader dies and we take it offline, at the position that it told last', async ({
    expect,
  }) => {
    await using scene = await open('java-dies')
    const stream = await scene.stream(4)
    const group = await scene.group([stream], { automaticCheckpointIntervalMs: -1 })
    await java.writeKeyed(String(stream), { prefix: 'k', count: 1_000, keys: KEYS })
    const ledger = new EventLedger('by reader')
    let position = Buffer.alloc(0)
    {
      const dying = another()
      const { promise, resolve } = Promise.withResolvers<void>()
      const reader = await dying.openReader(String(group), 'dying', read => {
        if (read.type !== 'event') return
        ledger.note('dying', read.event)
        position = Buffer.from(read.position, 'base64')
        if (ledger.count === 300) resolve()
      })
      await promise
      await reader.pause()
      await dying.kill()
    }
    expect(await group.readers()).toEqual(['dying'])
    expect(await group.readerOffline('dying', ReaderPosition.fromBytes(position))).toBe(true)
    expect(await group.readerOffline('dying')).toBe(false)
    const ours = await ourMember(scene, group, 'ours', ledger)
    await ledger.reached(1_000)
    await ours.leave()
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
  })

  it('a group goes on when our reader dies and Java takes it offline, at its position', async ({ expect }) => {
    await using scene = await open('we-die')
    const stream = await scene.stream(4)
    const group = await scene.group([stream], { automaticCheckpointIntervalMs: -1 })
    await java.writeKeyed(String(stream), { prefix: 'k', count: 1_000, keys: KEYS })
    const ledger = new EventLedger('by reader')
    const dying = await scene.reader(group, { readerId: 'dying' })
    for (const event of await scene.take(dying, 300)) ledger.note('dying', event)
    const position = Buffer.from(dying.position().toBytes()).toString('base64')
    await java.readerOffline(String(group), 'dying', position)
    await expect(scene.take(dying, 1_000)).rejects.toMatchObject({ code: 'READER_OFFLINE' })
    const theirs = await javaMember(java, group, 'java-heir', ledger)
    await ledger.reached(1_000)
    await theirs.leave()
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
  })

  it('a group is the same for both: created, configured, reset and deleted by either', async ({ expect }) => {
    await using scene = await open('same-group')
    const stream = await scene.stream(2)
    const name = `${scene.scope}/shared`
    const times = { groupRefreshTimeMillis: 300, automaticCheckpointIntervalMillis: 1_000 }
    const ours = { streams: [stream], refreshTimeMs: 300, automaticCheckpointIntervalMs: 1_000 }
    expect(await java.createGroup(name, { streams: [String(stream)], ...times })).toBe(true)
    await using group = await scene.factory.createReaderGroup(name, ours)
    await expect(scene.factory.createReaderGroup(name, { ...ours, refreshTimeMs: 301 })).rejects.toMatchObject({
      code: 'READER_GROUP_CONFIG_MISMATCH',
    })

    await java.writeKeyed(String(stream), { prefix: 'k', count: 100, keys: 10 })
    const first = new EventLedger('by reader')
    const member = await ourMember(scene, group, 'ours', first)
    await first.reached(100)
    await group.initiateCheckpoint('behind-all')
    const cuts = await group.streamCuts()
    expect(await java.streamCuts(name)).toEqual({ [String(stream)]: expect.any(String) })
    await member.leave()

    // Java begins anew; a reader of ours reads it all again.
    await java.resetGroup(name, { streams: [String(stream)], ...times })
    const second = new EventLedger('by reader')
    const again = await ourMember(scene, group, 'ours', second)
    await second.reached(100)
    // We reset; the Java reader reads nothing before the cut.
    await again.leave()
    await group.resetToStreamCuts(cuts.values())
    const third = new EventLedger('by reader')
    const theirs = await javaMember(java, group, 'java-fresh', third)
    await java.writeKeyed(String(stream), { prefix: 'new', count: 10, keys: 1 })
    await third.reached(10)
    await theirs.leave()
    for (const ledger of [first, second, third]) expect(ledger.faults).toEqual([])
    expect([first.count, second.count, third.count]).toEqual([100, 100, 10])

    await java.deleteGroup(name)
    await expect(scene.factory.openReaderGroup(name)).rejects.toMatchObject({ code: 'READER_GROUP_NOT_FOUND' })
  })
}
