import { ClientFactory, ScalingPolicy } from '@pravega-ts/client'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'
import { describeForeign, ForeignJava, type ForeignRead } from '../../src/foreign-java.ts'
import { EventLedger } from '../events/event-ledger.ts'

const EVENTS = 600
const KEYS = 20

// What the mixed groups are measured by; and whether each engine serves Pravega's own client.
describeForeign('Java readers and writers among themselves', () => {
  describeEngines('a group of two', engine => {
    const java = ForeignJava.of(() => engine)
    it('reads all events once and in order through a scale up, with a checkpoint, cuts and a hand-over', async () => {
      await using factory = await ClientFactory.create(engine.controllerUri)
      const scope = uniqueName('java')
      const stream = `${scope}/events`
      await factory.streamManager().createScope(scope)
      await factory.streamManager().createStream(stream, { scaling: ScalingPolicy.fixed(2) })
      const group = `${scope}/group`
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
      await factory.streamManager().scaleStreamTo(stream, 3)
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

    it('sets what is refused apart by its exception', async () => {
      await expect(java.onlineReaders(`${uniqueName('nowhere')}/group`)).rejects.toMatchObject({
        name: 'ForeignError',
        exception: expect.stringMatching(/NotFound|RuntimeException/),
      })
    })
  })
})
