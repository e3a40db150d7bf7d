import { mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ReloadedFiles } from '../../src/files/reloaded-files.ts'
import { watchPointsOf } from '../../src/files/watch-points.ts'
import { KeepingLogger } from '../accounts/test-access.ts'
import { newDirectory } from '../support/data-directory.ts'

/** What was taken, and a way to wait for the next. */
class Taken {
  readonly texts: string[] = []
  readonly kept: KeepingLogger = new KeepingLogger()

  async open(...paths: readonly string[]): Promise<this> {
    const files = await ReloadedFiles.open({
      what: 'the example',
      paths,
      logger: this.kept.logger,
      apply: texts => {
        if (texts.includes('bad')) throw new Error('it says bad')
        this.texts.push(texts.join('+'))
      },
    })
    onTestFinished(() => files.close())
    return this
  }

  /** Makes a change and waits until it was taken. */
  async after(change: () => Promise<unknown>): Promise<string | undefined> {
    const read = this.kept.next('was read again')
    await change()
    await read
    return this.texts.at(-1)
  }
}

test('a file that is written again, or replaced', async () => {
  const directory = await newDirectory()
  const path = join(directory, 'file')
  await writeFile(path, 'one')
  const taken = await new Taken().open(path)
  expect(taken.texts).toEqual(['one'])
  expect(await taken.after(() => writeFile(path, 'two'))).toBe('two')
  const replace = async (text: string): Promise<void> => {
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }
  expect(await taken.after(() => replace('three'))).toBe('three')
  expect(await taken.after(() => replace('four'))).toBe('four')
})

test('files that belong together are taken together', async () => {
  const directory = await newDirectory()
  const paths = ['a', 'b'].map(name => join(directory, name))
  const write = (text: string) => Promise.all(paths.map(path => writeFile(path, text)))
  await write('1')
  const taken = await new Taken().open(...paths)
  expect(await taken.after(() => write('2'))).toBe('2+2')
  expect(taken.texts).toEqual(['1+1', '2+2'])
})

test('a file below a link that is exchanged, as Kubernetes does', async () => {
  const directory = await newDirectory()
  const release = async (name: string): Promise<void> => {
    await mkdir(join(directory, name))
    await writeFile(join(directory, name, 'file'), name)
    await symlink(name, join(directory, '..data_tmp'))
    await rename(join(directory, '..data_tmp'), join(directory, '..data'))
  }
  await release('first')
  await symlink(join('..data', 'file'), join(directory, 'file'))
  const taken = await new Taken().open(join(directory, 'file'))
  expect(taken.texts).toEqual(['first'])
  expect(await taken.after(() => release('second'))).toBe('second')
  expect(await taken.after(() => release('third'))).toBe('third')
  expect(await readlink(join(directory, '..data'))).toBe('third')
})

test('a link to another directory, and the file there, as certbot does', async () => {
  const directory = await newDirectory()
  for (const name of ['archive', 'live']) await mkdir(join(directory, name))
  await writeFile(join(directory, 'archive', 'cert1'), 'one')
  await symlink('../archive/cert1', join(directory, 'live', 'cert'))
  const taken = await new Taken().open(join(directory, 'live', 'cert'))
  expect(await taken.after(() => writeFile(join(directory, 'archive', 'cert1'), 'one again'))).toBe('one again')
  await writeFile(join(directory, 'archive', 'cert2'), 'two')
  const renew = async (): Promise<void> => {
    await rm(join(directory, 'live', 'cert'))
    await symlink('../archive/cert2', join(directory, 'live', 'cert'))
  }
  expect(await taken.after(renew)).toBe('two')
  expect(await taken.after(() => writeFile(join(directory, 'archive', 'cert2'), 'two again'))).toBe('two again')
})

test('a directory that goes and comes back', async () => {
  const directory = await newDirectory()
  const inner = join(directory, 'inner')
  const fill = async (text: string): Promise<void> => {
    await mkdir(inner)
    await writeFile(join(inner, 'file'), text)
  }
  await fill('one')
  const taken = await new Taken().open(join(inner, 'file'))
  const failed = taken.kept.next('is no good')
  await rm(inner, { recursive: true })
  expect((await failed).level).toBe('error')
  expect(await taken.after(() => fill('two'))).toBe('two')
  expect(await taken.after(() => writeFile(join(inner, 'file'), 'three'))).toBe('three')
})

test('what is no good is logged, and the last good one stays', async () => {
  const directory = await newDirectory()
  const path = join(directory, 'file')
  await writeFile(path, 'good')
  const taken = await new Taken().open(path)
  const failed = taken.kept.next('is no good')
  await writeFile(path, 'bad')
  expect(await failed).toMatchObject({ level: 'error', fields: { paths: [path], error: new Error('it says bad') } })
  expect(taken.texts).toEqual(['good'])
  expect(await taken.after(() => writeFile(path, 'better'))).toBe('better')
})

test('what cannot be read at the start is refused', async () => {
  const directory = await newDirectory()
  await expect(new Taken().open(join(directory, 'nothing'))).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringContaining(join(directory, 'nothing')),
  })
})

test('a circle of links has an end', async () => {
  const directory = await newDirectory()
  await symlink('b', join(directory, 'a'))
  await symlink('a', join(directory, 'b'))
  expect(watchPointsOf(join(directory, 'a')).length).toBeGreaterThan(1)
  await expect(new Taken().open(join(directory, 'a'))).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
})
