import type { ScopedStream } from '@pravega-ts/model'
import { buildCommand, type Command } from '@stricli/core'
import type { ScaleStreamFlags } from '../commands/stream-scale.ts'
import { connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { parseCount } from '../values/quantities.ts'
import { parseKeyRange, parseSegmentId } from '../values/segments.ts'
import { stream } from './positionals.ts'

export const scale: Command<CliContext> = buildCommand<ScaleStreamFlags, [ScopedStream], CliContext>({
  loader: async () => (await import('../commands/stream-scale.ts')).scaleStream,
  parameters: {
    flags: {
      to: {
        kind: 'parsed',
        parse: parseCount,
        optional: true,
        placeholder: 'n',
        brief: 'So many segments with equal key ranges',
      },
      split: {
        kind: 'parsed',
        parse: parseSegmentId,
        optional: true,
        placeholder: 'segment',
        brief: 'Split this segment',
      },
      into: { kind: 'parsed', parse: parseCount, optional: true, placeholder: 'n', brief: 'Parts for --split (2)' },
      merge: {
        kind: 'parsed',
        parse: parseSegmentId,
        optional: true,
        variadic: ',',
        placeholder: 'segment,...',
        brief: 'Make one segment of these neighbours',
      },
      seal: {
        kind: 'parsed',
        parse: parseSegmentId,
        optional: true,
        variadic: ',',
        placeholder: 'segment,...',
        brief: 'End these segments, in favour of --ranges',
      },
      ranges: {
        kind: 'parsed',
        parse: parseKeyRange,
        optional: true,
        variadic: ',',
        placeholder: 'low-high,...',
        brief: 'Key ranges of the segments that replace those of --seal',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [stream] },
  },
  docs: documented(
    'Change the segments of a stream',
    'Give one of --to, --split, --merge, or --seal with --ranges. Segments are written as `stream info` shows them; 3 is short\nfor 3.#epoch.0. Waits until it is done and shows the segments.',
    [
      ['stream scale demo/orders --to 4', 'four segments with equal ranges'],
      ['stream scale demo/orders --split 1.#epoch.0 --into 3', 'three in place of one'],
      ['stream scale demo/orders --merge 2.#epoch.1,3.#epoch.1', 'one in place of two'],
      ['stream scale demo/orders --seal 0 --ranges 0-0.1,0.1-0.5', 'ranges of your choice'],
    ],
  ),
})
