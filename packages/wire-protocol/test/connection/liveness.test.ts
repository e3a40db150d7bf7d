import { describe, expect, it } from 'vitest'
import { Liveness } from '../../src/connection/liveness.ts'

describe('liveness', () => {
  it('wants a keep-alive when nothing was sent or received for long enough', () => {
    const liveness = new Liveness(10, 100, 0)
    expect(liveness.wantsKeepAlive(9)).toBe(false)
    expect(liveness.wantsKeepAlive(10)).toBe(true)
    liveness.sent(8)
    expect(liveness.wantsKeepAlive(17)).toBe(false)
    liveness.received(15)
    expect(liveness.wantsKeepAlive(24)).toBe(false)
    expect(liveness.wantsKeepAlive(25)).toBe(true)
  })

  it('counts silence from the first thing that was sent and got no answer', () => {
    const liveness = new Liveness(10, 100, 0)
    expect(liveness.isSilent(1000)).toBe(false)
    liveness.sent(1000)
    liveness.sent(1099)
    expect(liveness.isSilent(1099)).toBe(false)
    expect(liveness.isSilent(1100)).toBe(true)
    liveness.received(1100)
    expect(liveness.isSilent(2000)).toBe(false)
    liveness.sent(2000)
    expect(liveness.isSilent(2100)).toBe(true)
  })

  it('counts silence from half a frame on', () => {
    const liveness = new Liveness(10, 100, 0)
    liveness.received(50)
    liveness.expect(50)
    expect(liveness.isSilent(149)).toBe(false)
    expect(liveness.isSilent(150)).toBe(true)
  })

  it('does not hold a time against the peer in which nothing was expected of it', () => {
    const liveness = new Liveness(10, 100, 0)
    liveness.sent(0)
    liveness.restart(1000)
    expect(liveness.isSilent(1099)).toBe(false)
    expect(liveness.wantsKeepAlive(1009)).toBe(false)
  })

  it('looks again when the nearer of its answers may change, and never busily', () => {
    const liveness = new Liveness(10, 100, 0)
    expect(liveness.nextCheckMs(0)).toBe(10)
    liveness.sent(0)
    liveness.sent(95)
    expect(liveness.nextCheckMs(95)).toBe(5)
    expect(liveness.nextCheckMs(200)).toBe(1)
    expect(new Liveness(1000, 100, 0).nextCheckMs(0)).toBe(100)
    expect(new Liveness(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0).nextCheckMs(5)).toBe(
      Number.POSITIVE_INFINITY,
    )
  })
})
