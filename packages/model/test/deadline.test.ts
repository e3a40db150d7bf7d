import { abortedError, Deadline, PravegaError } from '@pravega-ts/model'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const never = new Promise<never>(() => {})
const codeOf = (error: unknown): string => (PravegaError.is(error) ? error.code : 'no PravegaError')

describe('Deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('ends a wait when its time is over, and says what took so long', async () => {
    using deadline = new Deadline(() => 'reading s/t', { timeoutMs: 50 }, 1_000)
    const ended = deadline.race(never).catch(error => error)
    await vi.advanceTimersByTimeAsync(49)
    expect(deadline.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(codeOf(await ended)).toBe('DEADLINE_EXCEEDED')
    expect((await ended).message).toContain('reading s/t took longer than 50 ms')
    expect(() => deadline.rest()).toThrow(expect.objectContaining({ code: 'DEADLINE_EXCEEDED' }))
  })

  it('hands on what is left', async () => {
    using deadline = new Deadline('a call', { timeoutMs: 100 })
    await vi.advanceTimersByTimeAsync(40)
    expect(deadline.rest().timeoutMs).toBeCloseTo(60)
    expect(deadline.rest().signal).toBe(deadline.signal)
  })

  it('ends with the signal of the caller, also one that was aborted before', async () => {
    const caller = new AbortController()
    using deadline = new Deadline('a call', { signal: caller.signal })
    const ended = deadline.race(never).catch(codeOf)
    caller.abort()
    expect(await ended).toBe('ABORTED')
    using late = new Deadline('a call', { signal: caller.signal })
    expect(await late.race(Promise.resolve(1)).catch(codeOf)).toBe('ABORTED')
  })

  it('tells the time-out of a signal from its abort', async () => {
    const caller = new AbortController()
    using deadline = new Deadline('a call', { signal: caller.signal })
    caller.abort(new DOMException('too late', 'TimeoutError'))
    expect(await deadline.race(never).catch(codeOf)).toBe('DEADLINE_EXCEEDED')
  })

  it('pauses, but not longer than there is time', async () => {
    using deadline = new Deadline('a call', { timeoutMs: 100 })
    const first = deadline.pause(60).then(() => 'done')
    await vi.advanceTimersByTimeAsync(60)
    expect(await first).toBe('done')
    const second = deadline.pause(60).catch(codeOf)
    await vi.advanceTimersByTimeAsync(40)
    expect(await second).toBe('DEADLINE_EXCEEDED')
    expect(vi.getTimerCount()).toBe(0)
    await expect(deadline.pause(0)).rejects.toThrow('a call took longer')
  })

  it('leaves no timer and no listener behind', () => {
    const { signal } = new AbortController()
    const remove = vi.spyOn(signal, 'removeEventListener')
    {
      using deadline = new Deadline('a call', { signal, timeoutMs: 1_000 })
      expect(deadline.signal.aborted).toBe(false)
      expect(vi.getTimerCount()).toBe(1)
    }
    expect(vi.getTimerCount()).toBe(0)
    expect(remove).toHaveBeenCalledOnce()
  })

  it('has no end without a time', async () => {
    using deadline = new Deadline('a call', undefined)
    expect(deadline.rest().timeoutMs).toBeUndefined()
    expect(await deadline.race(Promise.resolve('done'))).toBe('done')
  })

  it.each([Number.NaN, -1])('refuses %d milliseconds', timeoutMs => {
    expect(() => new Deadline('a call', { timeoutMs })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

describe('abortedError', () => {
  it('lets the deadline of a layer above through, and keeps any other reason as the cause', () => {
    using above = new Deadline('the call above', { timeoutMs: 0 })
    expect(() => above.check()).toThrow()
    using below = new Deadline('the call below', { signal: above.signal })
    expect(() => below.check()).toThrow(above.signal.reason)
    const reason = new Error('not wanted any more')
    expect(abortedError('a call', reason)).toMatchObject({ code: 'ABORTED', cause: reason })
  })
})
