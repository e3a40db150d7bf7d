import { silentLogger } from '@pravega-ts/config'
import { expect, test, vi } from 'vitest'
import { SumThread } from '../../../src/storage/disk/frames/sum-thread.ts'

vi.mock('node:worker_threads', () => ({
  Worker: class {
    constructor() {
      throw new Error('access to this API has been restricted')
    }
  },
}))

test('where threads are forbidden, everything is done without one, and the log says so once', async () => {
  const warn = vi.fn<(message: string, fields?: object) => void>()
  const thread = new SumThread({ ...silentLogger, warn }, 1)
  expect([thread.takes(1_000_000), thread.takes(1_000_000)]).toEqual([false, false])
  expect(warn.mock.calls).toEqual([[expect.any(String), { reason: expect.stringContaining('restricted') }]])
  await thread.close()
})
