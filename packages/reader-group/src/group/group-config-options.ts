import type { ReaderGroupSettings } from '@pravega-ts/controller-client'
import { PravegaError, ScopedStream, StreamCut } from '@pravega-ts/model'

/** Where a group begins to read a stream: where the stream begins now, where it ends now, or at a cut. */
export type GroupStart = 'head' | 'tail' | StreamCut

/** Where a group ends to read a stream: never, where the stream ends now, or at a cut. */
export type GroupEnd = 'never' | 'tail' | StreamCut

/** A stream that a group reads, and which part of it. */
export interface GroupStream {
  /** The stream, or `scope/stream`. */
  readonly stream: ScopedStream | string
  /** Default `'head'`. */
  readonly from?: GroupStart | undefined
  /** Default `'never'`. */
  readonly to?: GroupEnd | undefined
}

/** What a group reads, and how its readers work together. */
export interface ReaderGroupConfigOptions extends Omit<ReaderGroupSettings, 'streams'> {
  /** At least one; of one or several scopes, each once. A stream alone is read from its head, without end. */
  readonly streams: readonly (GroupStream | ScopedStream | string)[]
}

/** A stream with both bounds said. */
export interface AskedStream {
  readonly stream: ScopedStream
  readonly from: GroupStart
  readonly to: GroupEnd
}

/**
 * The streams of a group as they were asked for, checked.
 *
 * @throws PravegaError `INVALID_ARGUMENT`
 */
export function askedStreams(group: string, streams: ReaderGroupConfigOptions['streams']): readonly AskedStream[] {
  const asked = streams.map(entry => {
    const { stream, from, to } = typeof entry === 'string' || entry instanceof ScopedStream ? { stream: entry } : entry
    const scoped = typeof stream === 'string' ? ScopedStream.parse(stream) : stream
    return { stream: scoped, from: bound(scoped, from, 'head'), to: bound(scoped, to, 'never') }
  })
  if (asked.length === 0) throw refuse(group, 'it has no stream', 'Give at least one')
  const names = asked.map(({ stream }) => String(stream))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw refuse(group, `stream ${twice} is there twice`, 'Give each stream once')
  return asked
}

function bound<W extends 'head' | 'never'>(
  stream: ScopedStream,
  given: StreamCut | W | 'tail' | undefined,
  usual: W,
): StreamCut | W | 'tail' {
  if (given === undefined || given === usual) return usual
  if (given === 'tail') return given
  if (!(given instanceof StreamCut)) {
    throw refuse(
      String(stream),
      `${JSON.stringify(given)} is no bound`,
      `Give '${usual}', 'tail' or a StreamCut (StreamCut.fromText)`,
    )
  }
  if (given.isUnbounded) return usual
  if (given.stream.equals(stream)) return given
  throw refuse(String(stream), `the cut ${given} is of another stream`, 'Give each stream a cut of its own')
}

function refuse(what: string, why: string, remedy: string): PravegaError {
  return new PravegaError('INVALID_ARGUMENT', `Reader group configuration of ${what} is refused: ${why}. ${remedy}`, {
    details: { what },
  })
}
