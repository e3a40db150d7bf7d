import { channel } from 'node:diagnostics_channel'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, it } from 'vitest'
import { DIAGNOSTICS, type EventReader, type ReaderMessage } from '../../src/index.ts'
import { drain, Scene } from './support/scene.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

let scene: Scene
afterEach(() => scene.end())

async function lose(reader: EventReader<string>): Promise<string | undefined> {
  const slice = await reader.acquireSegment()
  return slice?.next()?.value
}

it('a slice that the application has lost comes again', async () => {
  scene = await Scene.of({ segments: 1 })
  scene.cluster.write(0.5, 'a')
  const reader = await scene.reader('r1')
  const lost: ReaderMessage[] = []
  const onMessage = (message: unknown): void => void lost.push(message as ReaderMessage)
  channel(DIAGNOSTICS.reader).subscribe(onMessage)
  expect(await lose(reader)).toBe('a')
  while (lost.length === 0) {
    collect()
    await new Promise(resolve => setImmediate(resolve))
  }
  channel(DIAGNOSTICS.reader).unsubscribe(onMessage)
  expect(lost).toMatchObject([{ event: 'sliceLost', reader: 'r1', segment: scene.cluster.segment(0).name, offset: 0n }])
  expect(await drain(reader)).toEqual(['a'])
})

it('a slice that was given back does not', async () => {
  scene = await Scene.of({ segments: 1 })
  scene.cluster.write(0.5, 'a')
  const reader = await scene.reader('r1')
  for await (const batch of reader.batches({ borrowed: true })) {
    expect([...batch].map(({ value }) => value)).toEqual(['a'])
    break
  }
  expect(await drain(reader)).toEqual(['a'])
  collect()
  await new Promise(resolve => setImmediate(resolve))
  expect(await drain(reader)).toEqual([])
})
