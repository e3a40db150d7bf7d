import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { KeyRange, KeyValues } from '../../../src/storage/disk/key-values.ts'
import { openLevelKeyValues } from '../../../src/storage/disk/level-key-values.ts'
import { newDirectory } from '../../support/data-directory.ts'

const EVERYTHING: KeyRange = { from: Uint8Array.of(0), to: Uint8Array.of(255) }

async function open(directory: string): Promise<KeyValues> {
  const keyValues = await openLevelKeyValues(directory)
  onTestFinished(() => keyValues.close())
  return keyValues
}

function put(key: number, value: string) {
  return { key: Uint8Array.of(key), value: Buffer.from(value) }
}

function remove(key: number) {
  return { key: Uint8Array.of(key), value: undefined }
}

async function contents(keyValues: KeyValues, range: KeyRange = EVERYTHING): Promise<readonly string[]> {
  return collect(keyValues.entries(range))
}

async function collect(
  entries: AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>,
): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const [key, value] of entries) texts.push(`${key.join('.')}=${Buffer.from(value)}`)
  return texts
}

test('a later change of a key wins over an earlier one of the same write', async () => {
  const keyValues = await open(await newDirectory())
  await keyValues.write([put(1, 'a'), remove(1), put(2, 'b'), put(2, 'c'), put(3, 'd'), remove(3)], true)
  expect(await contents(keyValues)).toEqual(['2=c'])
  expect(keyValues.get(Uint8Array.of(1))).toBeUndefined()
  expect(Buffer.from(keyValues.get(Uint8Array.of(2)) ?? []).toString()).toBe('c')
})

test.each([10, 5000])('values of %i bytes are kept and removed', async bytes => {
  const keyValues = await open(await newDirectory())
  await keyValues.write([put(1, 'a'.repeat(bytes)), put(2, 'b'.repeat(bytes)), put(3, 'c'.repeat(bytes))], true)
  await keyValues.write([remove(1), put(2, 'd'.repeat(bytes)), remove(9)], false)
  expect(await contents(keyValues)).toEqual([`2=${'d'.repeat(bytes)}`, `3=${'c'.repeat(bytes)}`])
})

test('what was written is there when it is opened again', async () => {
  const directory = await newDirectory()
  const before = await open(directory)
  await before.write([put(1, 'a')], true)
  await before.write([put(2, 'b')], false)
  await before.close()
  expect(await contents(await open(directory))).toEqual(['1=a', '2=b'])
})

test('keys come in the order of their bytes, from the first to before the last', async () => {
  const keyValues = await open(await newDirectory())
  await keyValues.write([put(200, 'd'), put(3, 'b'), put(127, 'c'), put(1, 'a')], false)
  expect(await contents(keyValues, { from: Uint8Array.of(3), to: Uint8Array.of(200) })).toEqual(['3=b', '127=c'])
})

test('an iteration shows what was there when it was asked for', async () => {
  const keyValues = await open(await newDirectory())
  const value = 'x'.repeat(20_000)
  await keyValues.write(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map(key => put(key, value)),
    false,
  )
  const entries = keyValues.entries(EVERYTHING)
  await keyValues.write([remove(1), remove(9), put(4, 'new'), put(10, 'new')], false)
  expect(await collect(entries)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map(key => `${key}=${value}`))
})

test('an iteration can be left', async () => {
  const keyValues = await open(await newDirectory())
  await keyValues.write([put(1, 'a'), put(2, 'b')], false)
  for await (const _entry of keyValues.entries(EVERYTHING)) break
  expect(await contents(keyValues)).toEqual(['1=a', '2=b'])
})

test('a directory that is open already is refused, by name', async () => {
  const directory = await newDirectory()
  const keyValues = await open(directory)
  await expect(openLevelKeyValues(directory)).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_IN_USE',
    message: expect.stringContaining(directory),
    cause: expect.anything(),
  })
  await keyValues.close()
  expect(await contents(await open(directory))).toEqual([])
})

test('a directory that cannot be one is a failure of the storage', async () => {
  const file = join(await newDirectory(), 'file')
  await writeFile(file, 'not a directory')
  await expect(openLevelKeyValues(file)).rejects.toMatchObject({ code: 'STORAGE_FAILED', cause: expect.anything() })
})

test('after the close everything fails, iterations that are under way included', async () => {
  const keyValues = await open(await newDirectory())
  const value = 'x'.repeat(50_000)
  await keyValues.write(
    [1, 2, 3, 4, 5].map(key => put(key, value)),
    false,
  )
  const walk = keyValues.entries(EVERYTHING)[Symbol.asyncIterator]()
  await walk.next()
  await keyValues.close()
  const steps = async () => {
    for (;;) if ((await walk.next()).done) return
  }
  await expect(steps()).rejects.toMatchObject({ code: 'CLOSED' })
  expect(() => keyValues.get(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  expect(() => keyValues.entries(EVERYTHING)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  await expect(keyValues.write([put(1, 'a')], false)).rejects.toMatchObject({ code: 'CLOSED' })
})
