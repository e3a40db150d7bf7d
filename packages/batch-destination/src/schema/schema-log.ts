import type { Controller } from '@pravega-ts/controller-client'
import { type EventStore, openEventWriter, openSegmentEvents, utf8Serializer } from '@pravega-ts/event-client'
import { type CallOptions, Deadline, PravegaError } from '@pravega-ts/model'
import { schemaStream, type TableAddress } from '../table-name.ts'
import { encodeVersion, type TableVersion, versionFrom } from './table-version.ts'

/** What reading the versions of a table needs of the layers below. */
export interface SchemaStore extends Pick<EventStore, 'openReader' | 'getInfo'> {
  readonly controller: Pick<Controller, 'getCurrentSegments'>
}

/**
 * Of several versions with one number, which processes that do not know of each other may write, the first one counts. So all
 * readers agree, and a writer that reads what it has written knows whether it was first.
 */
export class VersionHistory {
  readonly versions: TableVersion[] = []
  readonly #address: TableAddress

  constructor(address: TableAddress) {
    this.#address = address
  }

  /** @throws PravegaError `CORRUPT_STATE` for a text that is no version */
  add(text: string): void {
    const version = parse(text)
    if (version === undefined) {
      const stream = String(schemaStream(this.#address))
      throw new PravegaError(
        'CORRUPT_STATE',
        `Stream ${stream} has an event that is no version of a table; write only migrations to it`,
        {
          details: { stream, event: text.slice(0, 200) },
        },
      )
    }
    if (version.version === this.versions.length + 1) this.versions.push(version)
  }
}

function parse(text: string): TableVersion | undefined {
  try {
    return versionFrom(JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * All versions of a table, the first one first; none: there is no such table.
 *
 * @throws PravegaError `CORRUPT_STATE`, `MULTIPLE_SEGMENTS`, `DEADLINE_EXCEEDED`
 */
export async function readVersions(
  store: SchemaStore,
  address: TableAddress,
  call?: CallOptions,
): Promise<readonly TableVersion[]> {
  const stream = schemaStream(address)
  using deadline = new Deadline(`Reading the versions of table '${address.table}'`, call)
  const found = await store.controller.getCurrentSegments(stream, deadline.rest()).catch(error => {
    if (PravegaError.is(error, 'STREAM_NOT_FOUND', 'SCOPE_NOT_FOUND')) return undefined
    throw error
  })
  const history = new VersionHistory(address)
  if (found === undefined) return history.versions
  const [only, ...more] = found.segments
  if (only === undefined || more.length > 0) {
    throw new PravegaError(
      'MULTIPLE_SEGMENTS',
      `Stream ${stream} has ${found.segments.length} segments; scale it back to 1`,
    )
  }
  const { startOffset, writeOffset } = await store.getInfo(only.segment, deadline.rest())
  await using events = openSegmentEvents(store, only.segment, {
    offset: startOffset,
    endOffset: writeOffset,
    serializer: utf8Serializer,
  })
  for (;;) {
    const batch = await events.next(deadline.rest())
    if (batch.kind === 'endOfSegment') return history.versions
    if (batch.kind === 'slice') for (const event of batch.slice) history.add(event.value)
  }
}

/** Writes a version, whether it counts or not: {@link readVersions} tells. */
export async function appendVersion(
  store: EventStore,
  address: TableAddress,
  version: TableVersion,
  call?: CallOptions,
): Promise<void> {
  using deadline = new Deadline(`Writing version ${version.version} of table '${address.table}'`, call)
  await using writer = await openEventWriter(
    store,
    schemaStream(address),
    { serializer: utf8Serializer },
    deadline.rest(),
  )
  void writer.writeEvent(encodeVersion(version), { routingKey: '' })
  await writer.flush(deadline.rest())
}
