import { resolveClientConfig } from '@pravega-ts/config'
import type { Controller } from '@pravega-ts/controller-client'
import { ScopedSegment } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { SegmentStore } from '../src/index.ts'

const segment = ScopedSegment.parse('s/t/0.#epoch.0')
const store = () => new SegmentStore({ config: resolveClientConfig({}), controller: {} as Controller })

it('lets what stands on it finish with it before it closes', async () => {
  const segments = store()
  const finished: string[] = []
  segments.beforeClose(async ({ force }) => {
    await Promise.resolve()
    segments.openWriter(segment)
    finished.push(`one, ${force}`)
  })
  const takeBack = segments.beforeClose(async () => {
    finished.push('two')
  })
  takeBack()
  await segments.close({ force: true })
  expect(finished).toEqual(['one, true'])
  expect(() => segments.openWriter(segment)).toThrow('closed')
  expect(() => segments.beforeClose(async () => {})).toThrow('closed')
})

it('says why something that stands on it could not finish', async () => {
  const segments = store()
  segments.beforeClose(() => Promise.reject(new Error('lost events')))
  await expect(segments.close()).rejects.toThrow('lost events')
  expect(() => segments.openWriter(segment)).toThrow('closed')
})
