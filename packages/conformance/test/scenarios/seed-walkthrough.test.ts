import { ClientFactory } from '@pravega-ts/client'
import { ScopedStream } from '@pravega-ts/model'
import { expect, it } from 'vitest'
import { describeEngines, uniqueName } from '../../src/engine.ts'

describeEngines('seed walkthrough', engine => {
  it('writes, flushes, truncates, seals and reads from the new head', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const stream = new ScopedStream(uniqueName('seed'), 'bytes')
    await factory.streamManager().createScope(stream.scope)
    await factory.streamManager().createStream(stream)

    await using writer = await factory.createByteWriter(stream)
    await writer.write(Buffer.from('hello world'))
    await writer.flush()
    await writer.truncateDataBefore(4)
    await writer.seal()

    await using reader = await factory.createByteReader(stream)
    expect(await reader.currentHead()).toBe(4n)
    await reader.seek(4)
    const buffer = Buffer.alloc(4)
    let filled = 0
    while (filled < buffer.length) filled += await reader.read(buffer.subarray(filled))
    expect(buffer.toString()).toBe('o wo')
  })
})
