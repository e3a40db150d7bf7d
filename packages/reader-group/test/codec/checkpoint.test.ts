import { ScopedStream, StreamCut } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { Checkpoint } from '../../src/index.ts'

const ORDERS = new StreamCut(new ScopedStream('shop', 'orders'), [
  [0n, 10n],
  [4_294_967_297n, 123_456_789_012n],
])
const VISITS = new StreamCut(new ScopedStream('shop', 'visits'), [[0n, 0n]])

function refusal(rule: RegExp): unknown {
  return expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(rule) })
}

describe('Checkpoint', () => {
  const checkpoint = new Checkpoint('before the sale', [ORDERS, VISITS])

  it('has a cut for each stream', () => {
    expect([...checkpoint.cuts]).toEqual([
      ['shop/orders', ORDERS],
      ['shop/visits', VISITS],
    ])
  })

  it('comes back from text, bytes and JSON', () => {
    expect(Checkpoint.fromText(checkpoint.toText()).equals(checkpoint)).toBe(true)
    expect(Checkpoint.fromBytes(checkpoint.toBytes()).equals(checkpoint)).toBe(true)
    const { stored } = JSON.parse(JSON.stringify({ stored: checkpoint })) as { stored: string }
    expect(Checkpoint.fromText(stored).name).toBe('before the sale')
    expect(`${checkpoint}`).toBe('before the sale')
  })

  it('skips later revisions of a cut, and reads older versions', () => {
    const bytes = Buffer.from(checkpoint.toBytes())
    const at = bytes.indexOf(Buffer.from(VISITS.toBytes()))
    const newer = Buffer.concat([bytes.subarray(0, at), Buffer.from(VISITS.toBytes()), Buffer.of(1, 0, 0, 0, 2, 9, 9)])
    newer[at + 2] = 2
    newer.writeInt32BE(newer.length - 8, 4)
    expect(Checkpoint.fromBytes(newer).equals(checkpoint)).toBe(true)
    newer[at + 1] = 0
    expect(Checkpoint.fromBytes(newer).equals(checkpoint)).toBe(true)
  })

  it('differs by name, stream and offset', () => {
    expect(checkpoint.equals(new Checkpoint('another', [ORDERS, VISITS]))).toBe(false)
    expect(checkpoint.equals(new Checkpoint('before the sale', [ORDERS]))).toBe(false)
    const moved = new StreamCut(VISITS.stream, [[0n, 1n]])
    expect(checkpoint.equals(new Checkpoint('before the sale', [ORDERS, moved]))).toBe(false)
  })

  it('is refused when it is no position', () => {
    expect(() => new Checkpoint('c', [StreamCut.UNBOUNDED])).toThrow(refusal(/unbounded/))
    expect(() => new Checkpoint('c', [ORDERS, ORDERS])).toThrow(refusal(/two cuts of shop\/orders/))
  })

  it('is refused when text or bytes are not those of a checkpoint', () => {
    expect(() => Checkpoint.fromText('not base64!')).toThrow(refusal(/not base64/))
    expect(() => Checkpoint.fromText(ORDERS.toText())).toThrow(refusal(/format/))
    const bytes = Buffer.from(checkpoint.toBytes())
    bytes.write('X', bytes.indexOf('visits'))
    expect(() => Checkpoint.fromBytes(bytes)).toThrow(refusal(/the cut of shop\/Xisits is one of shop\/visits/))
  })
})
