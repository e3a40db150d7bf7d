import { arrowIpc } from '@pravega-ts/batch-destination/arrow'
import { ClientFactory, ScalingPolicy } from '@pravega-ts/client'
import { arrowRows, insertOfBatch, migrationOfSchema } from '@pravega-ts/streaming-batch-writer/arrow'
import { type RecordBatch, tableFromArrays } from 'apache-arrow'
import { expect, it } from 'vitest'
import { describeEngines } from '../../src/engine.ts'
import { TableScene } from './table-scene.ts'

describeEngines('record batches in streams', engine => {
  it('come back with every value', async () => {
    await using factory = await ClientFactory.create(engine.controllerUri)
    const scene = new TableScene(factory)
    const format = arrowIpc({ buckets: 8 })
    const writer = await scene.writer<RecordBatch>(
      { format, stream: { scaling: ScalingPolicy.fixed(2) }, routeBy: () => ['id'] },
      { rows: arrowRows, batchSizeRows: 300 },
    )
    const ids = BigInt64Array.from({ length: 1000 }, (_, n) => 2n ** 62n + BigInt(n))
    const names = Array.from(ids, id => `number ${id}`)
    const { batches, schema } = tableFromArrays({ id: ids, name: names })
    await writer.write([migrationOfSchema(schema, 'numbers'), ...batches.map(batch => insertOfBatch(batch, 'numbers'))])
    const rows = [...(await scene.read(['numbers'], [format])).table('numbers')]
    rows.sort((a, b) => Number((a['id'] as bigint) - (b['id'] as bigint)))
    expect(rows).toEqual(Array.from(ids, (id, n) => ({ id, name: names[n] })))
  })
})
