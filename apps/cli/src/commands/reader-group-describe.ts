import type { ReaderGroupName } from '@pravega-ts/client'
import { ScopedSegment } from '@pravega-ts/model'
import type { ReaderGroupDescription, RecordedPosition } from '@pravega-ts/reader-group'
import { connected, type Run } from '../command.ts'
import { humanDuration, humanSize, table } from '../human.ts'
import { open, type StoreFlags } from './reader-group.ts'

export const describeGroup: Run<StoreFlags, [ReaderGroupName]> = connected(async (session, flags, name) => {
  await using group = await open(session, name, flags)
  const description = await group.describe(session.call)
  const unread = flags.stateStore === 'table' ? undefined : await group.unreadBytes(session.call)
  session.output.result(objectOf(description, unread), textOf(description, unread))
})

function objectOf(group: ReaderGroupDescription, unreadBytes: bigint | undefined): Record<string, unknown> {
  const { config, lastCheckpoint } = group
  return {
    ...group,
    config: { ...config, streams: config.streams.map(({ stream, from, to }) => ({ stream, from, to })) },
    lastCheckpoint:
      lastCheckpoint && Object.fromEntries([...lastCheckpoint].map(([stream, cut]) => [stream, cut.toText()])),
    unreadBytes,
  }
}

function textOf(group: ReaderGroupDescription, unread: bigint | undefined): string {
  const { config, readers, unassigned, future, checkpoints } = group
  const rows: [string, string][] = [['group', `${group.scope}/${group.name}`]]
  for (const { stream, from, to } of config.streams) {
    const bounds = [from.isUnbounded ? '' : `from ${from.toText()}`, to.isUnbounded ? '' : `to ${to.toText()}`]
    rows.push(['stream', [String(stream), ...bounds.filter(text => text !== '')].join(' ')])
  }
  const every = Number(config.automaticCheckpointIntervalMs)
  rows.push(
    ['state store', group.stateStore],
    ['refresh', `${config.refreshTimeMs} ms`],
    ['checkpoints', every > 0 ? `every ${humanDuration(every)}` : 'on request'],
    ['retention', config.retention],
  )
  if (unread !== undefined) rows.push(['unread', humanSize(unread)])
  if (group.isBeingReset) rows.push(['state', 'somebody is resetting it'])
  const sections = [
    table(rows),
    section(
      'readers',
      readers.flatMap(({ readerId, segments }) => positionRows(readerId, segments)),
    ),
    section('segments without a reader', positionRows('', unassigned)),
    section(
      'segments that wait for others',
      future.map(({ segment, waitsFor }) => [segment, `waits for ${waitsFor.length}`]),
    ),
    section(
      'checkpoints',
      checkpoints
        .filter(({ isSilent, state }) => !isSilent || state === 'waiting')
        .map(({ name, isSilent, state, waitingFor }) => [
          isSilent ? '(for positions)' : name,
          state === 'waiting' ? `waits for ${waitingFor.join(', ')}` : state,
        ]),
    ),
  ]
  return sections.filter(text => text !== '').join('\n\n')
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${title}\n${table(rows.map(row => ['', ...row]))}`
}

/** A reader without segments has a line too. */
function positionRows(reader: string, positions: readonly RecordedPosition[]): string[][] {
  if (positions.length === 0) return reader === '' ? [] : [[reader, 'no segment']]
  return positions.map(({ segment, offset }, index) => [
    index === 0 ? reader : '',
    ScopedSegment.parse(segment).toString(),
    offset < 0n ? 'read to its end' : `from ${offset}`,
  ])
}
