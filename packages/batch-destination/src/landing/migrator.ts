import { PravegaError, streamConfiguration } from '@pravega-ts/model'
import type { MigrateTable } from '@pravega-ts/streaming-batch-writer'
import { migratedChannel } from '../diagnostics.ts'
import { compareShapes } from '../schema/compatibility.ts'
import { descriptionOf, type TableDescription } from '../schema/describe-table.ts'
import { appendVersion, readVersions } from '../schema/schema-log.ts'
import { shapeOf, type TableShape, type TableVersion } from '../schema/table-version.ts'
import { rowStream, schemaStream, type TableAddress } from '../table-name.ts'
import type { DestinationSettings, DestinationStore } from './options.ts'
import { writeMarkers } from './write-markers.ts'

/** How often to begin again because another process was first. */
const MOST_ATTEMPTS = 10

/** Makes tables what they are to be. */
export class Migrator<R> {
  readonly #store: DestinationStore
  readonly #settings: DestinationSettings<R>

  constructor(store: DestinationStore, settings: DestinationSettings<R>) {
    this.#store = store
    this.#settings = settings
  }

  /**
   * The order of the steps is what makes it safe to be killed between any two of them, and begun again: the version is
   * written last, when everything that it promises is there; only the end of the stream before comes behind.
   *
   * @throws PravegaError `INVALID_ARGUMENT` when the rows that are there are no rows of the new table; `force` helps
   */
  async migrate(message: MigrateTable, signal: AbortSignal): Promise<TableDescription> {
    const { table, schema } = message
    const address = { scope: this.#settings.scope, table }
    const shape = shapeOf(table, schema, {
      routing: this.#settings.routeBy(table, schema),
      format: this.#settings.format.name,
    })
    const call = { timeoutMs: this.#settings.callTimeoutMs, signal }
    let versions = await readVersions(this.#store, address, call)
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const next = nextVersion(message, versions, shape)
      const version = next ?? versions.at(-1)
      if (version === undefined) break
      const isNew = await this.#createRowStream(message, version.generation, call)
      if (isNew || next !== undefined) {
        const stream = rowStream(address, version.generation)
        await writeMarkers(this.#store, this.#settings, stream, [{ kind: 'migrateTable', version }], signal)
      }
      if (next !== undefined) {
        await this.#append(address, next, call)
        versions = await readVersions(this.#store, address, call)
        if (nextVersion(message, versions, shape) !== undefined) continue
      }
      // Again at each migration: who was to do it may have been killed.
      if (version.generation > 1) {
        await this.#store.controller.sealStream(rowStream(address, version.generation - 1), call)
      }
      return this.#done(address, versions)
    }
    throw new PravegaError(
      'UNAVAILABLE',
      `Table '${table}' was not migrated: other processes keep changing it; migrate from one`,
    )
  }

  async #createRowStream({ table, schema }: MigrateTable, generation: number, call: object): Promise<boolean> {
    const stream = rowStream({ scope: this.#settings.scope, table }, generation)
    const configuration = streamConfiguration(this.#settings.streamOf(table, schema))
    return await this.#store.controller.createStream(stream, configuration, call)
  }

  async #append(address: TableAddress, version: TableVersion, call: object): Promise<void> {
    await this.#store.controller.createStream(schemaStream(address), streamConfiguration(), call)
    await appendVersion(this.#store, address, version, call)
  }

  #done(address: TableAddress, versions: readonly TableVersion[]): TableDescription {
    const description = descriptionOf(address, versions)
    if (description === undefined) throw new PravegaError('INTERNAL', `Table '${address.table}' has no version`)
    const { current, stream, table } = description
    if (migratedChannel.hasSubscribers) {
      const { version, generation } = current
      migratedChannel.publish({ table, stream: String(stream), version, generation })
    }
    return description
  }
}

/** The version to write; undefined: the table is as it is to be. */
function nextVersion(
  message: MigrateTable,
  versions: readonly TableVersion[],
  shape: TableShape,
): TableVersion | undefined {
  const { table, force = false } = message
  const current = versions.at(-1)
  if (current === undefined) return { table, version: 1, generation: 1, ...shape }
  const generation = versions.filter(version => version.generation === current.generation)
  const comparison = compareShapes(generation, shape)
  if (comparison.tag === 'same') return undefined
  const version = current.version + 1
  if (comparison.tag === 'wider') return { table, version, generation: current.generation, ...shape }
  if (force) return { table, version, generation: current.generation + 1, ...shape }
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `Table '${table}' was not migrated: ${comparison.reasons.join('; ')}. With force its rows go to a new stream, and the one that there is is sealed and kept`,
    { details: { table, reasons: comparison.reasons } },
  )
}
