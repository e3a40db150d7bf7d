import { crc32 } from 'node:zlib'
import { silentLogger } from '@pravega-ts/config'
import { expect, onTestFinished, test } from 'vitest'
import { SumThread } from '../../../src/storage/disk/frames/sum-thread.ts'

const MIB = 1024 * 1024

function sumThread(worthwhileBytes?: number): SumThread {
  const thread = new SumThread(silentLogger, worthwhileBytes)
  onTestFinished(() => thread.close())
  return thread
}

/** One that has begun. */
async function readyThread(): Promise<SumThread> {
  const thread = sumThread(1)
  await expect.poll(() => thread.takes(MIB), { timeout: 10_000 }).toBe(true)
  return thread
}

test('memory comes back as it went, with the checksums of its parts on top of what was given', async () => {
  const thread = await readyThread()
  const bytes = Uint8Array.from({ length: MIB }, (_, index) => index % 251)
  const expected = [crc32(bytes.subarray(5, 1000)), crc32(bytes.subarray(1000), crc32('in front'))]
  const copy = bytes.slice()
  const summing = thread.sum(bytes.buffer, [
    { from: 5, to: 1000, sum: 0 },
    { from: 1000, to: MIB, sum: crc32('in front') },
  ])
  expect(bytes.byteLength).toBe(0)
  const { memory, sums } = await summing
  expect(sums).toEqual(expected)
  expect(Buffer.from(memory).equals(copy)).toBe(true)
})

test('what is under way at once is told apart', async () => {
  const thread = await readyThread()
  const all = Array.from({ length: 20 }, (_, n) => Buffer.alloc(300_000, n))
  const expected = all.map(bytes => crc32(bytes))
  const answers = await Promise.all(
    all.map(bytes => thread.sum(new Uint8Array(bytes).buffer, [{ from: 0, to: bytes.byteLength, sum: 0 }])),
  )
  expect(answers.map(({ sums }) => sums[0])).toEqual(expected)
  for (const [n, { memory }] of answers.entries()) expect(new Uint8Array(memory)[0]).toBe(n)
})

test('nothing is taken before it is worth it, and small memory never', async () => {
  const idle = sumThread(100 * MIB)
  for (let n = 0; n < 50; n++) expect(idle.takes(MIB)).toBe(false)
  await expect(idle.sum(new ArrayBuffer(MIB), [])).rejects.toMatchObject({ code: 'INTERNAL' })
  const ready = await readyThread()
  expect(ready.takes(1000)).toBe(false)
})

test('what is under way when it is closed is told, and nothing is taken after that', async () => {
  const thread = await readyThread()
  const lost = thread.sum(new ArrayBuffer(8 * MIB), [{ from: 0, to: 8 * MIB, sum: 0 }])
  const told = expect(lost).rejects.toMatchObject({ code: 'INTERNAL' })
  await thread.close()
  await told
  expect(thread.takes(MIB)).toBe(false)
})
