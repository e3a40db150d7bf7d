import { it } from 'vitest'
import type { ForeignRust } from '../../../src/foreign-rust.ts'
import type { Stage } from '../stage.ts'

const BLOCK = 'abcdefgh'
const BLOCKS = 400_000
const LENGTH = BLOCK.length * BLOCKS

export function rustBytes({ other: rust, open }: Stage<ForeignRust>): void {
  it('byte streams: both write in turns, read each other, from anywhere, behind a truncation, up to the seal', async ({
    expect,
  }) => {
    await using scene = await open('rust-bytes')
    const stream = String(await scene.stream())
    const write = (text: string, more: object = {}): Promise<string> =>
      rust.request('bytes.write', { stream, chunks: [{ text, ...more }], atTail: true })
    const read = (from: number, length: number): Promise<{ text: string; offset: string }> =>
      rust.request('bytes.read', { stream, from, length })
    expect(await write(BLOCK, { repeat: BLOCKS })).toBe(String(LENGTH))
    {
      await using writer = await scene.factory.createByteWriter(stream)
      await writer.write(Buffer.from('ours '))
      await writer.flush()
    }
    expect(await write('theirs')).toBe(String(LENGTH + 11))
    expect(await read(-11, 11)).toEqual({ text: 'ours theirs', offset: String(LENGTH + 11) })
    await using reader = await scene.factory.createByteReader(stream)
    let text = ''
    for (const part = Buffer.alloc(1_000_000); text.length < LENGTH + 11; ) {
      text += part.toString('utf8', 0, await reader.read(part))
    }
    expect(text === `${BLOCK.repeat(BLOCKS)}ours theirs`).toBe(true)
    expect((await read(0, LENGTH + 11)).text === text).toBe(true)
    // A writer begins at 0 unless it is told otherwise, and is refused there.
    await expect(rust.request('bytes.write', { stream, chunks: [{ text: 'lost' }] })).rejects.toMatchObject({
      exception: 'ConditionalCheckFailure',
    })

    expect(await rust.request('bytes.truncate', { stream, offset: LENGTH })).toBe(true)
    expect(await reader.currentHead()).toBe(BigInt(LENGTH))
    expect(await rust.request('bytes.bounds', { stream })).toEqual([String(LENGTH), String(LENGTH + 11)])
    expect((await read(LENGTH, 4)).text).toBe('ours')
    await expect(read(0, 1)).rejects.toThrow('SegmentIsTruncated')

    // Waits at the tail for what comes.
    const waiting = read(LENGTH + 5, 10)
    {
      await using writer = await scene.factory.createByteWriter(stream)
      for (const letter of 'next') await writer.write(Buffer.from(letter))
      await writer.flush()
    }
    expect(await waiting).toEqual({ text: 'theirsnext', offset: String(LENGTH + 15) })
    await reader.seek(LENGTH + 15)
    const ours = reader.read(Buffer.alloc(10))
    expect(await rust.request('bytes.seal', { stream })).toBe(true)
    expect(await ours).toBe(0)
    expect(await read(LENGTH + 5, 100)).toEqual({ text: 'theirsnext', offset: String(LENGTH + 15) })
    const rest = Buffer.alloc(100)
    expect(await reader.read(rest)).toBe(0)
    await expect(write('late')).rejects.toMatchObject({ name: 'ForeignError' })
  })

  it('index streams: records found by their fields, read, and truncated', async ({ expect }) => {
    await using scene = await open('rust-index')
    const stream = String(await scene.stream())
    await rust.request('index.append', { stream, first: 1, count: 20 })
    // A second writer finds the size of records in the segment's attribute, and the last record.
    await rust.request('index.append', { stream, first: 21, count: 10 })
    expect(await rust.request('index.search', { stream, time: 155 })).toBe(15 * 4096)
    expect(await rust.request('index.read', { stream, from: 28 * 4096 })).toEqual(['record 29', 'record 30'])
    await expect(rust.request('index.search', { stream, time: 301 })).rejects.toMatchObject({
      exception: 'FieldNotFound',
    })
    await rust.request('index.truncate', { stream, offset: 10 * 4096 })
    expect(await rust.request('index.search', { stream, time: 5 })).toBe(10 * 4096)
    // A record reads as an event to others.
    const reader = await scene.bytesReader(await scene.group([stream]))
    for await (const { value } of reader) {
      expect([value.length, Buffer.from(value).includes('record 11')]).toEqual([4096 - 8, true])
      break
    }
  })
}
