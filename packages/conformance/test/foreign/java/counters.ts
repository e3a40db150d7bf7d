import type { StateModel } from '@pravega-ts/client'
import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import type { Stage } from '../stage.ts'

const toBytes = (value: number): Uint8Array => Buffer.from(String(value))
// Java writes zeros behind a full state.
const fromBytes = (bytes: Uint8Array): number => Number(Buffer.from(bytes).toString().replaceAll('\0', ''))
const COUNTER: StateModel<number, number, number> = {
  encodeInitial: toBytes,
  decodeInitial: fromBytes,
  encodeUpdate: toBytes,
  decodeUpdate: fromBytes,
  begin: initial => initial,
  apply: (count, step) => count + step,
}

export function javaCounters({ other: java, open }: Stage<ForeignJava>): void {
  it('a shared state that both count up at once, compacted by either', async ({ expect }) => {
    await using scene = await open('java-state')
    const stream = String(await scene.stream())
    expect(await java.request('counterInitialize', { stream, value: 1000 })).toBe(1000)
    await using ours = await scene.factory.createStateSynchronizer(stream, COUNTER)
    expect(await ours.initialize(5)).toBe(false)
    const count = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n++) await ours.updateState(() => ({ updates: [1], result: undefined }))
    }
    const both = (): Promise<unknown> => Promise.all([count(30), java.request('counterCountUp', { stream, times: 30 })])
    await both()
    expect(await java.request('counterFetch', { stream })).toBe(1060)
    expect(await java.request('counterCompact', { stream })).toBe(true)
    await both()
    await ours.fetchUpdates()
    expect(ours.state).toBe(1120)
    await ours.compact(state => state)
    await both()
    expect(await java.request('counterFetch', { stream })).toBe(1180)
    await ours.fetchUpdates()
    expect(ours.state).toBe(1180)
  })
}
