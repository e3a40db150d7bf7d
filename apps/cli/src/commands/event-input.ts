import { buffer } from 'node:stream/consumers'
import type { KeyedEvent } from '@pravega-ts/client'
import type { Session } from '../command.ts'
import { count, humanSize } from '../human.ts'
import { ProgressLine } from '../progress.ts'
import { type KeyFlags, keyFinder } from './event-key.ts'
import { linesOf } from './lines.ts'
import { openSource } from './source.ts'

/** How the events of a file or a pipe are found. */
export interface EventInputFlags extends KeyFlags {
  /** All of it is one event. */
  readonly whole?: boolean
}

/** What a writer has taken on so far. */
export interface Tally {
  readonly events: number
  readonly bytes: number
}

/** Events with their keys, from a file or a pipe. They can be read once. */
export interface EventInput extends AsyncIterable<KeyedEvent<Uint8Array>>, Disposable {
  /** Whoever asks for the next event has taken the one before on. */
  readonly tally: Tally
}

/**
 * @param command - The command line so far, for what is said to whoever gives a folder.
 * @throws CliError for flags that do not go together
 */
export async function openEventInput(
  session: Session,
  flags: EventInputFlags,
  file: string,
  command: string,
): Promise<EventInput> {
  const split = keyFinder(flags)
  const source = await openSource(session, file, folder => `cat ${folder}/* | ${command} ...`)
  const tally = { events: 0, bytes: 0 }
  return {
    tally,
    async *[Symbol.asyncIterator]() {
      using progress = new ProgressLine(session.cli.stderr, !session.output.json, 'written', source.size)
      for await (const piece of flags.whole === true ? [await buffer(source.data)] : linesOf(source.data)) {
        const keyed = split(piece)
        yield keyed
        tally.events += 1
        tally.bytes += keyed.event.length
        progress.update(BigInt(tally.bytes))
      }
    },
    [Symbol.dispose]() {
      source.data.destroy()
    },
  }
}

/** `3 events (12 bytes)` */
export function tallyText({ events, bytes }: Tally): string {
  return `${count(events, 'event')} (${humanSize(bytes)})`
}
