import { PravegaError } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'

describe('PravegaError', () => {
  it('keeps message, code, cause and details', () => {
    const cause = new Error('below')
    const error = new PravegaError('WRONG_HOST', 'The segment has moved.', { cause, details: { segment: 's/t/0' } })
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('PravegaError')
    expect(error.message).toBe('The segment has moved.')
    expect(error.cause).toBe(cause)
    expect(error.details).toEqual({ segment: 's/t/0' })
    expect(String(error)).toBe('PravegaError [WRONG_HOST]: The segment has moved.')
    expect(Object.keys(error)).not.toContain('name')
  })

  it('has no cause of its own accord', () => {
    expect('cause' in new PravegaError('CLOSED', 'closed')).toBe(false)
  })

  it.each([
    ['WRONG_HOST', true],
    ['CONNECTION_LOST', true],
    ['UNAVAILABLE', true],
    ['INVALID_ARGUMENT', false],
    ['DEADLINE_EXCEEDED', false],
    ['SEGMENT_SEALED', false],
  ] as const)('%s is retriable: %s, unless it is said otherwise', (code, usual) => {
    expect(new PravegaError(code, 'x').retriable).toBe(usual)
    expect(new PravegaError(code, 'x', { retriable: !usual }).retriable).toBe(!usual)
  })

  it('recognises errors of another copy of the package, and nothing else', () => {
    const foreign = Object.assign(new Error('x'), { code: 'CLOSED', [Symbol.for('@pravega-ts/error')]: true })
    expect(PravegaError.is(foreign)).toBe(true)
    expect(PravegaError.is(foreign, 'CLOSED')).toBe(true)
    expect(PravegaError.is(foreign, 'ABORTED', 'INTERNAL')).toBe(false)
    expect(PravegaError.is(Object.assign(new Error('x'), { code: 'CLOSED' }))).toBe(false)
    for (const other of [undefined, null, 'CLOSED', 7, () => {}]) expect(PravegaError.is(other)).toBe(false)
  })

  it('makes an error of anything that was thrown', () => {
    const own = new PravegaError('CLOSED', 'closed')
    expect(PravegaError.from(own, 'INTERNAL')).toBe(own)

    const abort = AbortSignal.abort().reason
    expect(PravegaError.from(abort)).toMatchObject({ code: 'ABORTED', cause: abort })
    const timeout = new DOMException('too late', 'TimeoutError')
    expect(PravegaError.from(timeout)).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'too late', cause: timeout })

    const other = new TypeError('broken')
    expect(PravegaError.from(other)).toMatchObject({ code: 'INTERNAL', message: 'broken', cause: other })
    expect(PravegaError.from('text', 'CONNECTION_LOST')).toMatchObject({
      code: 'CONNECTION_LOST',
      message: 'text',
      cause: 'text',
      retriable: true,
    })
  })
})
