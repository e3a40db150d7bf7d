import { ScalingPolicy } from '@pravega-ts/client'
import { it } from 'vitest'
import { uniqueName } from '../../../src/engine.ts'
import type { ForeignJava, ForeignRead } from '../../../src/foreign-java.ts'
import { EventLedger } from '../../events/event-ledger.ts'
import type { Stage } from '../stage.ts'

const EVENTS = 600
const KEYS = 20

// What the mixed groups are measured by; and whether each engine serves Pravega's own client.
export function javaAlone({ other: java, open }: Stage<ForeignJava>): void {
  it("a group of two of Java's readers: reads all events once and in order through a scale up, with a checkpoint, cuts and a hand-over", async ({
    expect,
  }) => {
    await using scene = await open('java-alone')
    const stream = `${scene.scope}/events`
    await scene.manager.createStream(stream, { scaling: ScalingPolicy.fixed(2) })
    const group = `${scene.scope}/group`
    const config = { streams: [stream], groupRefreshTimeMillis: 500, automaticCheckpointIntervalMillis: 1000 }
    expect(await java.createGroup(group, config)).toBe(true)
    expect(await java.createGroup(group, config)).toBe(true)

    const ledger = new EventLedger('by reader')
    const checkpoints: string[] = []
    const hear =
      (reader: string) =>
      (read: ForeignRead): void => {
        if (read.type === 'event') ledger.note(reader, read.event)
        else if (read.type === 'checkpoint') checkpoints.push(`${reader} ${read.checkpoint}`)
      }
    const first = await java.openReader(group, 'first', hear('first'))
    const second = await java.openReader(group, 'second', hear('second'))
    expect([...(await java.onlineReaders(group))].sort()).toEqual(['first', 'second'])

    expect(await java.writeKeyed(stream, { prefix: 'a', count: EVENTS, keys: KEYS })).toBe(EVENTS)
    await scene.manager.scaleStreamTo(stream, 3)
    expect(await java.writeKeyed(stream, { prefix: 'b', count: EVENTS, keys: KEYS })).toBe(EVENTS)
    await ledger.reached(2 * EVENTS)

    expect(Object.keys(await java.checkpoint(group, 'told'))).toEqual([stream])
    expect(checkpoints).toEqual(expect.arrayContaining(['first told', 'second told']))
    expect(await java.unreadBytes(group)).toBe(0n)
    expect(Object.keys(await java.generateStreamCuts(group))).toEqual([stream])

    await first.close()
    expect(await java.onlineReaders(group)).toEqual(['second'])
    expect(await java.writeKeyed(stream, { prefix: 'c', count: EVENTS, keys: KEYS })).toBe(EVENTS)
    await ledger.reached(3 * EVENTS)
    await second.close()
    expect(ledger.faults).toEqual([])
    expect(ledger.gaps()).toEqual([])
    await java.deleteGroup(group)
  })

  it('what is refused is set apart by its exception', async ({ expect }) => {
    await expect(java.onlineReaders(`${uniqueName('nowhere')}/group`)).rejects.toMatchObject({
      name: 'ForeignError',
      exception: expect.stringMatching(/NotFound|RuntimeException/),
    })
  })
}
