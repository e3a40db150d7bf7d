import { resolveClientConfig } from '@pravega-ts/config'
import { type Controller, createController } from '@pravega-ts/controller-client'
import { newWriterId, PravegaError, type ScopedSegment, ScopedStream, streamConfiguration } from '@pravega-ts/model'
import { SegmentStore, type UnackedBlock } from '@pravega-ts/segment-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

describeEngines('segment store', engine => {
  let controller: Controller
  let store: SegmentStore
  const scope = uniqueName('segments')
  beforeAll(async () => {
    const config = resolveClientConfig(engine.controllerUri)
    controller = createController(config)
    store = new SegmentStore({ config, controller })
    await controller.createScope(scope)
  })
  afterAll(async () => {
    await store.close()
    await controller.close()
  })

  async function newSegment(): Promise<ScopedSegment> {
    const stream = new ScopedStream(scope, uniqueName('s'))
    await controller.createStream(stream, streamConfiguration())
    const { segments } = await controller.getCurrentSegments(stream)
    const [only] = segments
    if (only === undefined) throw new Error('a new stream has a segment')
    return only.segment
  }

  async function contentOf(segment: ScopedSegment): Promise<string> {
    const { writeOffset } = await store.getInfo(segment)
    await using reader = store.openReader(segment)
    let content = ''
    while (reader.offset < writeOffset) {
      const result = await reader.read({ timeoutMs: 10_000 })
      if (result.kind === 'data') content += Buffer.from(result.bytes).toString()
    }
    return content
  }

  it('creates, describes, seals, truncates and deletes segments', async () => {
    const parent = await newSegment()
    const segment = parent.inTransaction(newWriterId())
    expect(await store.create(segment)).toBe(true)
    expect(await store.create(segment)).toBe(false)
    await using writer = store.openWriter(segment)
    await writer.append(bytes('abcdef'))
    await writer.flush()
    await store.truncate(segment, 2)
    await store.truncate(segment, 1)
    await store.seal(segment)
    await store.seal(segment)
    expect(await store.getInfo(segment)).toMatchObject({ isSealed: true, startOffset: 2n, writeOffset: 6n })
    expect(await store.delete(segment)).toBe(true)
    expect(await store.delete(segment)).toBe(false)
    await expect(store.getInfo(segment)).rejects.toMatchObject({ code: 'NO_SUCH_SEGMENT' })
  })

  it('sets attributes by comparison', async () => {
    const segment = await newSegment()
    const id = newWriterId()
    expect(await store.compareAndSetAttribute(segment, id, undefined, 1n)).toBe(true)
    expect(await store.compareAndSetAttribute(segment, id, undefined, 2n)).toBe(false)
    expect(await store.getAttribute(segment, id)).toBe(1n)
    expect(await store.compareAndSetAttribute(segment, id, 1n, 5n)).toBe(true)
    expect(await store.compareAndSetAttribute(segment, id, 5n, undefined)).toBe(true)
    expect(await store.compareAndSetAttribute(segment, id, undefined, 9n)).toBe(true)
  })

  it('merges a transient segment into its parent, once', async () => {
    const parent = await newSegment()
    const transient = await store.createTransient(parent, newWriterId())
    await using writer = store.openWriter(transient, { expectedOffset: 0, maxBlockBytes: 4 })
    await writer.append(bytes('0123456789'))
    await writer.flush()
    expect(await store.merge(parent, transient)).toBe(10n)
    // A real server that has not cleaned up yet may find nothing left to merge instead of nothing there.
    const again = await store.merge(parent, transient).catch(PravegaError.from)
    expect(again === 10n || PravegaError.is(again, 'NO_SUCH_SEGMENT')).toBe(true)
    expect(await contentOf(parent)).toBe('0123456789')
  })

  it('appends single conditions one by one among other appends', async () => {
    const segment = await newSegment()
    await using writer = store.openWriter(segment)
    await writer.append(bytes('abc'))
    expect(await writer.appendIf(3n, bytes('def'))).toBe(true)
    expect(await writer.appendIf(3n, bytes('no'))).toBe(false)
    expect(await writer.appendIf(99n, bytes('no'))).toBe(false)
    await writer.append(bytes('ghi'))
    await writer.flush()
    expect(await contentOf(segment)).toBe('abcdefghi')
  })

  it('a writer goes on under the id of another that has ended', async () => {
    const segment = await newSegment()
    const writerId = newWriterId()
    for (const word of ['one ', 'two ', 'three']) {
      await using writer = store.openWriter(segment, { writerId })
      await writer.append(bytes(word))
    }
    expect(await contentOf(segment)).toBe('one two three')
  })

  it('a seal hands back exactly what is not in the segment', async () => {
    const segment = await newSegment()
    const back: UnackedBlock[] = []
    let ended = (): void => {}
    const end = new Promise<void>(resolve => {
      ended = resolve
    })
    const writer = store.openWriter(segment, {
      maxBlockBytes: 100,
      // A real server settles what fails together in time that grows with the square of it.
      maxInFlightBytes: 20_000,
      onEnd: (_, closed) => {
        back.push(...closed.takeUnacked())
        ended()
      },
    })
    const write = async (): Promise<void> => {
      for (let n = 0; ; n++) {
        const event = bytes(`${String(n).padStart(7, '0')};`)
        await writer.ready(event.length)
        const at = writer.reserve(event.length)
        writer.buffer.set(event, at)
        writer.commit(event.length, 1)
        if (n % 50 === 0) await new Promise(resolve => setImmediate(resolve))
      }
    }
    const writing = expect(write()).rejects.toMatchObject({ code: 'SEGMENT_SEALED' })
    while ((await store.getInfo(segment)).writeOffset < 2_000n) await new Promise(resolve => setImmediate(resolve))
    await store.seal(segment)
    await Promise.all([writing, end])
    const all = `${await contentOf(segment)}${Buffer.concat(back.flatMap(({ data }) => data)).toString()}`
    const numbers = all.split(';').slice(0, -1).map(Number)
    expect(numbers.length).toBeGreaterThan(200)
    expect(numbers.findIndex((number, n) => number !== n)).toBe(-1)
    await writer.close()
  })

  it('tables keep entries, versions and conditions', async () => {
    const owner = uniqueName('t')
    const segment = (await newSegment()).inTransaction(newWriterId())
    const table = store.table(segment)
    expect(await table.create()).toBe(true)
    expect(await table.create()).toBe(false)
    const [a] = await table.put([
      { key: bytes('a'), value: bytes('1') },
      { key: bytes('b'), value: bytes('') },
    ])
    if (a === undefined) throw new Error('each entry has a version')
    await expect(table.put([{ key: bytes('a'), value: bytes('2'), version: 'absent' }])).rejects.toMatchObject({
      code: 'TABLE_KEY_BAD_VERSION',
    })
    await expect(table.put([{ key: bytes('c'), value: bytes('2'), version: 5n }])).rejects.toMatchObject({
      code: 'TABLE_KEY_NOT_FOUND',
    })
    const { length } = await table.info()
    await table.put([{ key: bytes('a'), value: bytes('2'), version: a }], { expectedLength: length })
    await expect(table.remove([{ key: bytes('b') }], { expectedLength: length })).rejects.toMatchObject({
      code: 'CONDITIONAL_CHECK_FAILED',
    })
    const [found, empty, missing] = await table.get([bytes('a'), bytes('b'), bytes(owner)])
    expect(Buffer.from(found?.value ?? []).toString()).toBe('2')
    expect(empty?.value).toHaveLength(0)
    expect(missing).toBeUndefined()
    const delta = await table.delta(length)
    expect(delta.entries.map(({ key }) => Buffer.from(key).toString())).toEqual(['a'])
    expect((await table.delta(delta.position)).position).toBe(delta.position)
    await table.remove([{ key: bytes('a') }, { key: bytes('b') }, { key: bytes('never') }])
    // A real server may count what was removed for a moment longer.
    const deleted = (): Promise<unknown> => table.delete({ mustBeEmpty: true }).catch(error => error.code)
    await expect.poll(deleted, { timeout: 30_000, interval: 100 }).toBe(true)
    expect(await table.delete()).toBe(false)
  })

  it('tables are iterated completely, with keys of any and of one length', async () => {
    const parent = await newSegment()
    for (const keyLength of [undefined, 4]) {
      const table = store.table(parent.inTransaction(newWriterId()))
      await table.create({ keyLength })
      const names = Array.from({ length: 250 }, (_, n) => String(n).padStart(4, '0'))
      for (let n = 0; n < names.length; n += 50) {
        await table.put(names.slice(n, n + 50).map(name => ({ key: bytes(name), value: bytes(`value ${name}`) })))
      }
      const keys: string[] = []
      for await (const { key } of table.keys({ pageSize: 33 })) keys.push(Buffer.from(key).toString())
      expect(keys.toSorted()).toEqual(names)
      let entries = 0
      for await (const { key, value } of table.entries()) {
        expect(Buffer.from(value).toString()).toBe(`value ${Buffer.from(key).toString()}`)
        entries += 1
      }
      expect(entries).toBe(250)
      if (keyLength === undefined) continue
      const range: string[] = []
      for await (const { key } of table.keys({ from: bytes('0100'), to: bytes('0199'), pageSize: 7 })) {
        range.push(Buffer.from(key).toString())
      }
      expect(range).toEqual(names.slice(100, 200))
    }
  })
})
