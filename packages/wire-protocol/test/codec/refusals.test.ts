import { type Command, encodeFrame, MAX_APPEND_BYTES, MAX_FRAME_BYTES } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'

const WRITER = '01234567-89ab-cdef-fedc-ba9876543210'
const setup = {
  command: 'SetupAppend',
  requestId: 1n,
  writerId: WRITER,
  segment: 's/t/0',
  delegationToken: '',
} as const

/** A command with one value that its type does not allow. */
function wrong(command: object): Command {
  return command as Command
}

describe('a value that does not fit its field is refused by name', () => {
  it.each([
    ['a 64-bit number that is no bigint', wrong({ ...setup, requestId: 1 }), 'SetupAppend.requestId is 1'],
    ['a bigint of 65 bits', wrong({ ...setup, requestId: 2n ** 63n }), 'SetupAppend.requestId'],
    ['no value at all', wrong({ ...setup, segment: undefined }), 'SetupAppend.segment is undefined'],
    ['a writer id that is no UUID', wrong({ ...setup, writerId: 'w' }), 'SetupAppend.writerId is "w"'],
    ['a UUID with a letter too high', wrong({ ...setup, writerId: WRITER.replace('f', 'g') }), 'SetupAppend.writerId'],
    ['a UUID without hyphens', wrong({ ...setup, writerId: WRITER.replaceAll('-', '0') }), 'SetupAppend.writerId'],
    ['a name of 65 536 bytes', wrong({ ...setup, segment: 'x'.repeat(65_536) }), 'not 65536'],
    ['a version of 33 bits', wrong({ command: 'Hello', highVersion: 2 ** 31, lowVersion: 5 }), 'Hello.highVersion'],
    ['a fraction', wrong({ command: 'Hello', highVersion: 1.5, lowVersion: 5 }), 'Hello.highVersion'],
    ['text where bytes belong', wrong({ command: 'PartialEvent', data: 'abc' }), 'PartialEvent.data'],
    ['a negative padding', wrong({ command: 'Padding', length: -1 }), 'Padding.length'],
    [
      'text where a flag belongs',
      wrong({ command: 'SegmentAttributeUpdated', requestId: 1n, success: 'yes' }),
      'success',
    ],
    [
      'one item where a list belongs',
      wrong({ command: 'TableEntriesUpdated', requestId: 1n, updatedVersions: 1n }),
      'array',
    ],
    [
      'a scale type of 9 bits',
      wrong({
        command: 'UpdateSegmentPolicy',
        requestId: 1n,
        segment: '',
        targetRate: 1,
        scaleType: 128,
        delegationToken: '',
      }),
      'scaleType',
    ],
    ['an unknown command', wrong({ command: 'Nonsense' }), 'Nonsense'],
    [
      'a key without data',
      wrong({
        command: 'TableKeysRead',
        requestId: 1n,
        segment: '',
        keys: [null],
        continuationToken: new Uint8Array(0),
      }),
      'keys',
    ],
  ])('%s', (_, command, text) => {
    expect(() => encodeFrame(command)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(text) }),
    )
  })

  it('a frame that is too large', () => {
    const append = (length: number): Command => ({
      command: 'AppendBlockEnd',
      writerId: WRITER,
      sizeOfWholeEvents: length,
      data: new Uint8Array(length),
      numEvents: 1,
      lastEventNumber: 1n,
      requestId: 1n,
    })
    expect(encodeFrame(append(MAX_APPEND_BYTES))).toHaveLength(MAX_FRAME_BYTES)
    expect(() => encodeFrame(append(MAX_FRAME_BYTES))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})
