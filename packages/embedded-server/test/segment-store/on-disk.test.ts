import { describe, onTestFinished } from 'vitest'
import { openDataDirectory } from '../../src/storage/disk/data-directory.ts'
import { newDirectory } from '../support/data-directory.ts'
import { TestStore } from '../support/segment-store.ts'

TestStore.openStorage = async () => {
  // Nothing stays in memory, so that everything is read from files.
  const options = { directory: await newDirectory(), cacheBytes: 0, fileBytes: 65_536, sync: 'never' } as const
  const directory = await openDataDirectory(options)
  onTestFinished(() => directory.abandon())
  return directory.storage
}

describe('on disk', async () => {
  await import('./append.test.ts')
  await import('./read.test.ts')
  await import('./segments.test.ts')
})
