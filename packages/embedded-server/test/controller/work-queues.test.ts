import { expect, test } from 'vitest'
import { WorkQueues } from '../../src/controller/operations/work-queues.ts'

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

test('work of one key runs one after the other, also what comes when some of it is done', async () => {
  const queues = new WorkQueues()
  const log: string[] = []
  const [first, second] = [gate(), gate()]
  const done = queues.run('a', () => first.opened)
  const waiting = queues.run('a', async () => {
    log.push('second begins')
    await second.opened
    log.push('second ends')
  })
  first.open()
  await done
  const last = queues.run('a', async () => void log.push('third'))
  second.open()
  await Promise.all([waiting, last])
  expect(log).toEqual(['second begins', 'second ends', 'third'])
})

test('work of another key does not wait, and a failure holds nothing up', async () => {
  const queues = new WorkQueues()
  const held = gate()
  const waiting = queues.run('a', () => held.opened)
  expect(await queues.run('b', async () => 'b')).toBe('b')
  const failed = queues.run('a', () => Promise.reject(new Error('failed')))
  const after = queues.run('a', async () => 'after')
  held.open()
  await waiting
  await expect(failed).rejects.toThrow('failed')
  expect(await after).toBe('after')
})

test('idle waits for what is queued meanwhile and for what goes on beside the queues', async () => {
  const queues = new WorkQueues()
  const [queued, beside] = [gate(), gate()]
  const log: string[] = []
  void queues.run('a', async () => {
    await queued.opened
    void queues.run('b', async () => void log.push('queued'))
  })
  void queues.watch(beside.opened.then(() => log.push('beside')))
  const idle = queues.idle().then(() => log.push('idle'))
  queued.open()
  beside.open()
  await idle
  expect(log.at(-1)).toBe('idle')
  expect(log).toHaveLength(3)
})
