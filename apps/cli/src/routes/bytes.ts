import { buildCommand, buildRouteMap, type RouteMap } from '@stricli/core'
import type { ByteTarget } from '../commands/bytes.ts'
import type { ReadBytesFlags } from '../commands/bytes-read.ts'
import type { WriteBytesFlags } from '../commands/bytes-write.ts'
import { type ConnectionFlags, connectionFlags } from '../connection-flags.ts'
import type { CliContext } from '../context.ts'
import { documented } from '../documentation.ts'
import { type Position, parseOffset, parsePosition } from '../values/position.ts'
import { parseSize } from '../values/quantities.ts'
import { byteTarget } from './positionals.ts'

const PLACES = ['head', 'tail']

const write = buildCommand<WriteBytesFlags, [ByteTarget, string], CliContext>({
  loader: async () => (await import('../commands/bytes-write.ts')).writeBytes,
  parameters: {
    flags: {
      create: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Make scope and stream when they are missing',
      },
      shared: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Append beside other writers; otherwise a second writer is refused',
      },
      at: {
        kind: 'parsed',
        parse: parseOffset,
        optional: true,
        placeholder: 'offset',
        brief: 'Write only if the stream ends at this offset',
      },
      seal: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Seal the segment when all is written: readers come to an end',
      },
      ...connectionFlags,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        byteTarget,
        { parse: String, placeholder: 'file', default: '-', brief: 'File to send; - is standard input' },
      ],
    },
  },
  docs: documented(
    'Append a file, or what comes through a pipe, to a byte stream',
    'Ends when everything is acknowledged. Shows its progress on a terminal.',
    [
      ['bytes write demo/files picture.jpg', 'a file'],
      ['bytes write demo/files backup.tar --create', 'make the stream first if it is missing'],
      ['bytes write demo/log --shared < today.log', 'standard input, beside other writers'],
    ],
  ),
})

const read = buildCommand<ReadBytesFlags, [ByteTarget], CliContext>({
  loader: async () => (await import('../commands/bytes-read.ts')).readBytes,
  parameters: {
    flags: {
      from: {
        kind: 'parsed',
        parse: parsePosition,
        default: 'head',
        placeholder: 'place',
        brief: 'head, tail, tail-100 (so many bytes before the end) or an offset',
        proposeCompletions: () => PLACES,
      },
      count: { kind: 'parsed', parse: parseSize, optional: true, placeholder: 'size', brief: 'At most so many bytes' },
      follow: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Wait for more at the end, until the stream is sealed',
      },
      output: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'file',
        brief: 'File to write instead of standard output',
      },
      ...connectionFlags,
    },
    positional: { kind: 'tuple', parameters: [byteTarget] },
    aliases: { f: 'follow', o: 'output' },
  },
  docs: documented(
    'Read a byte stream to standard output or a file',
    'Ends at what was the end of the stream when it began, unless --follow is given. Without --output, --json prints its\nsummary on standard error.',
    [
      ['bytes read demo/files --output copy.jpg', 'all of it, into a file'],
      ['bytes read demo/log --from tail-4KiB', 'the last 4 KiB'],
      ['bytes read demo/log --from tail --follow', 'what comes from now on'],
      ['bytes read demo/files --from 100 --count 50 | xxd', 'fifty bytes'],
    ],
  ),
})

const truncate = buildCommand<ConnectionFlags, [ByteTarget, Position], CliContext>({
  loader: async () => (await import('../commands/bytes.ts')).truncateBytes,
  parameters: {
    flags: connectionFlags,
    positional: {
      kind: 'tuple',
      parameters: [
        byteTarget,
        {
          parse: parsePosition,
          placeholder: 'place',
          brief: 'New head: an offset, tail or tail-100',
          proposeCompletions: () => ['tail'],
        },
      ],
    },
  },
  docs: documented(
    'Throw away the beginning of a byte stream',
    'What is thrown away is gone. Offsets stay as they are.',
    [
      ['bytes truncate demo/files 4096', 'everything before offset 4096'],
      ['bytes truncate demo/log tail-1MiB', 'all but the last MiB'],
    ],
  ),
})

const seal = buildCommand<ConnectionFlags, [ByteTarget], CliContext>({
  loader: async () => (await import('../commands/bytes.ts')).sealBytes,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [byteTarget] } },
  docs: documented(
    'Seal the segment of a byte stream: no more writes',
    'Readers come to an end. There is no way back. To delete the stream, `pravega stream delete --seal`.',
    [['bytes seal demo/files', 'readers come to an end']],
  ),
})

const info = buildCommand<ConnectionFlags, [ByteTarget], CliContext>({
  loader: async () => (await import('../commands/bytes.ts')).bytesInfo,
  parameters: { flags: connectionFlags, positional: { kind: 'tuple', parameters: [byteTarget] } },
  docs: documented('Show head, tail and size of a byte stream', '', [
    ['bytes info demo/files', 'for people'],
    ['bytes info demo/files --json', 'for programs'],
  ]),
})

export const bytesRoutes: RouteMap<CliContext> = buildRouteMap({
  routes: { write, read, info, truncate, seal },
  docs: { brief: 'Bytes: write and read files and pipes, truncate, seal' },
})
