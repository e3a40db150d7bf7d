import type { JsonValue } from '@bufbuild/protobuf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ControllerHarness, streamConfig } from './controller-harness.ts'

let controller: ControllerHarness
beforeEach(async () => {
  controller = await new ControllerHarness().start()
  await controller.ok('createScope', { scope: 'a' })
  await controller.ok('createStream', streamConfig('a', 's', 1))
})
afterEach(() => controller.stop())

const names = { scope: 'a', stream: 's' }
const segment = 'a/s/0.#epoch.0'
type TxnId = { highBits: string; lowBits: string }

async function begin(lease = 30_000): Promise<TxnId> {
  const answer = await controller.ok('createTransaction', { streamInfo: names, lease: String(lease) })
  return (answer as { txnId: TxnId }).txnId
}

function onTransaction(method: string, txnId: TxnId, more: { [key: string]: JsonValue } = {}): Promise<JsonValue> {
  return controller.ok(method, { streamInfo: names, txnId: { ...txnId }, ...more })
}

/** The part of a segment that a transaction has; its number is in the digits of the id. */
function part(of: string, { highBits, lowBits }: TxnId): string {
  const digits = (half: string): string => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0')
  return `${of}#transaction.${digits(highBits)}${digits(lowBits)}`
}

async function stateOf(txnId: TxnId): Promise<unknown> {
  return ((await onTransaction('checkTransactionState', txnId)) as { state: string }).state
}

/** Holds all changes of segments back, until the returned function is called. */
function hold(): () => void {
  let release = (): void => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  controller.engine.before = () => gate
  return release
}

const split: JsonValue = {
  streamInfo: names,
  sealedSegments: ['0'],
  newKeyRanges: [
    { start: 0, end: 0.5 },
    { start: 0.5, end: 1 },
  ],
}

describe('a transaction', () => {
  test('has its segments when it is answered, and gives them to the stream when it is committed', async () => {
    const txn = await begin()
    controller.engine.get(part(segment, txn)).length = 40n
    await onTransaction('commitTransaction', txn)
    expect(await stateOf(txn)).toBe('COMMITTED')
    expect(controller.engine.get(segment)).toMatchObject({ length: 40n, merged: [part(segment, txn)] })
    expect(controller.engine.segments.has(part(segment, txn))).toBe(false)
  })

  test('leaves nothing behind when it is aborted', async () => {
    const txn = await begin()
    await onTransaction('abortTransaction', txn)
    expect(controller.engine.namesOf('a/s')).toEqual([segment])
  })

  test('is committed in the order of the commit calls, not in that of the ids', async () => {
    const [first, second, third] = [await begin(), await begin(), await begin()]
    const release = hold()
    const busy = begin()
    for (const txn of [second, third, first]) await onTransaction('commitTransaction', txn)
    release()
    await busy
    expect(await stateOf(first)).toBe('COMMITTED')
    const merged = [second, third, first].map(txn => part(segment, txn))
    expect(controller.engine.get(segment).merged).toEqual(merged)
  })

  test('that was committed is in the stream before a seal ends it, an open one is aborted', async () => {
    const [committed, open] = [await begin(), await begin()]
    await Promise.all([onTransaction('commitTransaction', committed), controller.ok('sealStream', names)])
    expect([await stateOf(committed), await stateOf(open)]).toEqual(['COMMITTED', 'ABORTED'])
    expect(controller.engine.get(segment)).toMatchObject({ isSealed: true, merged: [part(segment, committed)] })
    expect(controller.engine.namesOf('a/s')).toEqual([segment])
  })

  test('does not say it is committed when its segment was sealed behind the controller', async () => {
    const txn = await begin()
    await controller.engine.sealSegment(segment)
    await onTransaction('commitTransaction', txn)
    expect(await stateOf(txn)).toBe('COMMITTING')
    expect(controller.engine.segments.has(part(segment, txn))).toBe(true)
  })
})

describe('a stream that was scaled meanwhile', () => {
  test('is rolled once for all transactions of the epoch, and keeps the place of their events', async () => {
    const [first, second] = [await begin(), await begin()]
    const release = hold()
    const scaling = controller.ok('scale', split)
    for (const txn of [first, second]) await onTransaction('commitTransaction', txn)
    expect(await stateOf(second)).toBe('COMMITTING')
    release()
    await scaling
    expect(await stateOf(second)).toBe('COMMITTED')
    expect(controller.engine.get('a/s/0.#epoch.2')).toMatchObject({
      isSealed: true,
      merged: [part(segment, first), part(segment, second)],
    })
    const sealed = controller.engine.namesOf('a/s').filter(name => controller.engine.get(name).isSealed)
    expect(sealed).toEqual([segment, 'a/s/0.#epoch.2', 'a/s/1.#epoch.1', 'a/s/2.#epoch.1'])
    const { segmentRanges } = (await controller.ok('getCurrentSegments', names)) as { segmentRanges: JsonValue[] }
    expect(segmentRanges).toMatchObject([
      { segmentId: { segmentId: '12884901889' } },
      { segmentId: { segmentId: '12884901890' } },
    ])
  })

  test('goes on with numbers and epochs after a roll', async () => {
    const txn = await begin()
    await controller.ok('scale', split)
    await onTransaction('commitTransaction', txn)
    const merge = {
      streamInfo: names,
      sealedSegments: ['12884901889', '12884901890'],
      newKeyRanges: [{ start: 0, end: 1 }],
    }
    expect(await controller.ok('scale', merge)).toMatchObject({
      status: 'STARTED',
      epoch: 3,
      segments: [{ segmentId: { segmentId: String((4n << 32n) | 3n) } }],
    })
  })

  test('rolls to the end when the segment store fails on the way', async () => {
    const txn = await begin()
    await controller.ok('scale', split)
    let failures = 1
    controller.engine.before = (change, name) => {
      if (change === 'sealSegment' && name === 'a/s/1.#epoch.1' && failures-- > 0) throw new Error('disk full')
    }
    await onTransaction('commitTransaction', txn)
    expect(await stateOf(txn)).toBe('COMMITTING')
    await onTransaction('commitTransaction', txn)
    expect(await stateOf(txn)).toBe('COMMITTED')
    expect(controller.engine.get('a/s/0.#epoch.2').merged).toEqual([part(segment, txn)])
  })
})

describe('a lease', () => {
  test('that runs out aborts the transaction, and a ping puts that off', async () => {
    const [pinged, left] = [await begin(10_000), await begin(10_000)]
    controller.clock.advance(9_000)
    expect(await onTransaction('pingTransaction', pinged, { lease: '10000' })).toEqual({ status: 'OK' })
    controller.clock.advance(2_000)
    expect([await stateOf(pinged), await stateOf(left)]).toEqual(['OPEN', 'ABORTED'])
    expect(controller.engine.namesOf('a/s')).toEqual([segment, part(segment, pinged)])
  })

  test('cannot be prolonged beyond a thousand times the first one, or a day', async () => {
    const txn = await begin(10_000)
    controller.clock.advance(9_999)
    const ping = (): Promise<JsonValue> => onTransaction('pingTransaction', txn, { lease: '600000' })
    for (let i = 0; i < 15; i += 1) {
      expect(await ping()).toEqual({ status: 'OK' })
      controller.clock.advance(599_999)
    }
    expect(await ping()).toEqual({ status: 'OK' })
    controller.clock.advance(599_999)
    expect(await ping()).toEqual({ status: 'MAX_EXECUTION_TIME_EXCEEDED' })
  })

  test('goes on across a restart of the server, and so does a commit', async () => {
    const [open, expiring] = [await begin(600_000), await begin(10_000)]
    await controller.stop()
    expect(controller.clock.timers).toBe(0)
    await controller.start()
    controller.clock.advance(10_000)
    expect([await stateOf(open), await stateOf(expiring)]).toEqual(['OPEN', 'ABORTED'])
    controller.engine.before = change => {
      if (change === 'mergeSegments') throw new Error('power cut')
    }
    await onTransaction('commitTransaction', open)
    await controller.stop()
    controller.engine.before = () => {}
    await controller.start()
    expect(await stateOf(open)).toBe('COMMITTED')
  })

  test('leaves no timer behind once the transaction is finished', async () => {
    const [committed, aborted] = [await begin(), await begin()]
    expect(controller.clock.timers).toBe(2)
    await onTransaction('commitTransaction', committed)
    await onTransaction('abortTransaction', aborted)
    expect(controller.clock.timers).toBe(0)
  })
})

describe('what is remembered', () => {
  test('of a finished transaction is forgotten after a day', async () => {
    const txn = await begin()
    await onTransaction('abortTransaction', txn)
    controller.clock.advance(24 * 3_600_000 + 1)
    expect(await stateOf(txn)).toBe('UNKNOWN')
    expect(await onTransaction('abortTransaction', txn)).toEqual({ status: 'FAILURE' })
  })

  test('of the transactions of a stream that is gone goes when others finish later', async () => {
    await onTransaction('abortTransaction', await begin())
    await controller.ok('sealStream', names)
    await controller.ok('deleteStream', names)
    await controller.ok('createStream', streamConfig('a', 'other', 1))
    const finishAnother = async (): Promise<void> => {
      const other = { streamInfo: { scope: 'a', stream: 'other' } }
      const { txnId } = (await controller.ok('createTransaction', { ...other, lease: '30000' })) as { txnId: TxnId }
      await controller.ok('abortTransaction', { ...other, txnId: { ...txnId } })
    }
    controller.clock.advance(23 * 3_600_000)
    await finishAnother()
    expect(controller.state.completedTransactions.list('a/s')).toHaveLength(1)
    controller.clock.advance(2 * 3_600_000)
    await finishAnother()
    expect(controller.state.completedTransactions.list('a/s')).toEqual([])
    expect(controller.state.completedTransactions.list('a/other')).toHaveLength(2)
  })

  test('are the newest 500', async () => {
    const all: TxnId[] = []
    for (let i = 0; i < 510; i += 1) {
      const txn = await begin()
      all.push(txn)
      await onTransaction('abortTransaction', txn)
    }
    const { response } = (await controller.ok('listCompletedTransactions', { streamInfo: names })) as {
      response: { txnId: TxnId }[]
    }
    expect(response.map(({ txnId }) => txnId)).toEqual(all.slice(10))
  })

  test('of a commit that gives a time is the mark of its writer', async () => {
    const txn = await begin()
    controller.engine.get(part(segment, txn)).length = 40n
    await onTransaction('commitTransaction', txn, { writerId: 'w', timestamp: '1000' })
    const note = (timestamp: string, offset: string): Promise<JsonValue> =>
      controller.ok('noteTimestampFromWriter', {
        writer: 'w',
        timestamp,
        position: { streamInfo: names, cut: { 0: offset } },
      })
    expect(await note('999', '50')).toEqual({ result: 'INVALID_TIME' })
    expect(await note('1000', '39')).toEqual({ result: 'INVALID_POSITION' })
    expect(await note('1000', '40')).toEqual({ result: 'SUCCESS' })
  })
})
