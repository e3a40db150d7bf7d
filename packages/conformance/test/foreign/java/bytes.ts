import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import type { Stage } from '../stage.ts'

const BLOCK = 'abcdefgh'
const BLOCKS = 400_000
const LENGTH = BLOCK.length * BLOCKS

export function javaBytes({ other: java, open }: Stage<ForeignJava>): void {
  it('byte streams: both write in turns, read each other, from anywhere, behind a truncation, up to the seal', async ({
    expect,
  }) => {
    await using scene = await open('java-bytes')
    const stream = String(await scene.stream())
    const theirs = (request: object): Promise<{ text: string; offset: number }> =>
      java.request('readBytes', { stream, ...request })
    const write = (text: string, repeat = 1, more: object = {}): Promise<number> =>
      java.request('writeBytes', { stream, chunks: [{ text, repeat }], ...more })
    expect(await write(BLOCK, BLOCKS)).toBe(LENGTH)
    // Opened again, it goes on at the tail.
    expect(await write('theirs ')).toBe(LENGTH + 7)
    {
      await using writer = await scene.factory.createByteWriter(stream)
      expect(writer.currentOffset).toBe(BigInt(LENGTH + 7))
      await writer.write(Buffer.from('ours '))
      await writer.flush()
    }
    expect(await write('last')).toBe(LENGTH + 16)
    const end = `${BLOCK}theirs ours last`
    expect(await theirs({ fromTail: end.length, length: end.length })).toEqual({ text: end, offset: LENGTH + 16 })
    await using reader = await scene.factory.createByteReader(stream)
    let text = ''
    for (const part = Buffer.alloc(1_000_000); text.length < LENGTH + 16; ) {
      text += part.toString('utf8', 0, await reader.read(part))
    }
    expect(text === `${BLOCK.repeat(BLOCKS)}theirs ours last`).toBe(true)
    expect((await theirs({ length: LENGTH + 16 })).text === text).toBe(true)

    expect(await java.request('truncateBytes', { stream, offset: LENGTH })).toBe(true)
    expect(await reader.currentHead()).toBe(BigInt(LENGTH))
    expect(await java.request('byteBounds', { stream })).toEqual([LENGTH, LENGTH + 16])
    await expect(theirs({ from: 0, length: 1 })).rejects.toMatchObject({ exception: 'SegmentTruncatedException' })
    expect((await theirs({ from: LENGTH, length: 7 })).text).toBe('theirs ')
    {
      await using writer = await scene.factory.createByteWriter(stream)
      await writer.truncateDataBefore(LENGTH + 7)
      expect(await java.request('byteBounds', { stream })).toEqual([LENGTH + 7, LENGTH + 16])
    }

    // Waits at the tail for what comes.
    const waiting = theirs({ from: LENGTH + 12, length: 8 })
    {
      await using writer = await scene.factory.createByteWriter(stream)
      for (const letter of 'next') await writer.write(Buffer.from(letter))
      await writer.flush()
    }
    expect(await waiting).toEqual({ text: 'lastnext', offset: LENGTH + 20 })
    const ours = reader.seek(LENGTH + 20).then(() => reader.read(Buffer.alloc(10)))
    expect(await write('!', 1, { seal: true })).toBe(LENGTH + 21)
    expect(await ours).toBe(1)
    expect(await theirs({ from: LENGTH + 12, length: 100 })).toEqual({ text: 'lastnext!', offset: LENGTH + 21 })
    await reader.seek(LENGTH + 12)
    const rest = Buffer.alloc(100)
    expect(await reader.read(rest)).toBe(9)
    expect(await reader.read(rest)).toBe(0)
    await expect(write('late')).rejects.toMatchObject({ exception: 'SegmentSealedException' })
  })
}
