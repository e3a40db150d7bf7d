import { silentLogger } from '@pravega-ts/config'
import { describe, expect, it } from 'vitest'
import { StorageHealth } from '../src/storage-failure.ts'
import { StorageRecovery } from '../src/storage-failure-recovery.ts'
import { TestClock } from '../src/time/test-clock.ts'

/** Lets what has settled go on. */
const turns = async (): Promise<void> => {
  for (let n = 0; n < 10; n++) await Promise.resolve()
}

interface Attempt {
  readonly atMs: number
  readonly resolve: () => void
  readonly reject: (failure: unknown) => void
}

function recovery(): {
  clock: TestClock
  health: StorageHealth
  attempts: Attempt[]
  recovery: StorageRecovery
} {
  const clock = new TestClock(0)
  const health = new StorageHealth()
  const attempts: Attempt[] = []
  const reopen = (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    attempts.push({ atMs: clock.now(), resolve, reject })
    return promise
  }
  return { clock, health, attempts, recovery: new StorageRecovery({ clock, health, reopen, logger: silentLogger }) }
}

describe('storage that has failed', () => {
  it('is tried again after pauses that grow, until it works', async () => {
    const { clock, health, attempts, recovery: storage } = recovery()
    expect(health.refusal).toBeUndefined()
    storage.begin(new Error('ENOSPC: no space left'))
    expect(health.condition).toEqual({ name: 'failed', reason: 'ENOSPC: no space left', since: 0, attempts: 0 })
    for (let n = 0; n < 10; n++) {
      clock.advance(10_000)
      attempts.at(-1)?.reject(new Error(`still full ${n}`))
      await turns()
    }
    expect(health.refusal).toContain('still full 9')
    expect(health.condition).toMatchObject({ since: 0, attempts: 10 })
    clock.advance(10_000)
    attempts.at(-1)?.resolve()
    await turns()
    expect(health.condition).toEqual({ name: 'working' })
    clock.advance(100_000)
    expect(attempts).toHaveLength(11)
  })

  it('waits longer each time, from 100 ms to 10 s', async () => {
    const { clock, attempts, recovery: storage } = recovery()
    storage.begin(new Error('full'))
    while (attempts.length < 9) {
      clock.advance(50)
      if (attempts.at(-1)?.atMs === clock.now()) attempts.at(-1)?.reject(new Error('full'))
      await turns()
    }
    const pauses = attempts.map(({ atMs }, n) => atMs - (attempts[n - 1]?.atMs ?? 0))
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
  })

  it('is tried again when it fails while it is being opened', async () => {
    const { clock, health, attempts, recovery: storage } = recovery()
    storage.begin(new Error('first'))
    clock.advance(100)
    storage.begin(new Error('second'))
    attempts[0]?.resolve()
    await turns()
    expect(health.refusal).toContain('second')
    clock.advance(200)
    expect(attempts).toHaveLength(2)
  })

  it('does not begin with short pauses again when it worked for a moment only', async () => {
    const { clock, attempts, recovery: storage } = recovery()
    storage.begin(new Error('full'))
    clock.advance(100)
    attempts[0]?.resolve()
    await turns()
    storage.begin(new Error('full'))
    clock.advance(199)
    expect(attempts).toHaveLength(1)
    clock.advance(1)
    attempts[1]?.resolve()
    await turns()
    clock.advance(10_000)
    storage.begin(new Error('full'))
    clock.advance(100)
    expect(attempts).toHaveLength(3)
  })

  it.each(['waiting', 'trying'])('is left alone after close, while %s', async when => {
    const { clock, attempts, recovery: storage } = recovery()
    storage.begin(new Error('full'))
    if (when === 'trying') clock.advance(100)
    storage.close()
    attempts[0]?.reject(new Error('full'))
    await turns()
    clock.advance(1_000_000)
    storage.begin(new Error('full'))
    clock.advance(1_000_000)
    expect(attempts).toHaveLength(when === 'trying' ? 1 : 0)
  })
})
