import type { ErrorCode } from '@pravega-ts/model'
import { errorFromReply, type FailureReply, isFailureReply } from '@pravega-ts/wire-protocol'
import { describe, expect, it } from 'vitest'
import { ALL_COMMANDS } from '../../src/commands/catalogue.ts'

const common = { requestId: 1n, serverStackTrace: 'at A.b(A.java:1)' }
const named = { ...common, segment: 's/t/0.#epoch.0' }
const writerId = '01234567-89ab-cdef-fedc-ba9876543210'

const table: [FailureReply, ErrorCode, boolean, RegExp][] = [
  [{ command: 'WrongHost', ...named, correctHost: '' }, 'WRONG_HOST', true, /ask the controller/],
  [
    { command: 'SegmentIsSealed', ...named, offset: 1n },
    'SEGMENT_SEALED',
    false,
    /s\/t\/0\.#epoch\.0 is sealed.*successors/,
  ],
  [{ command: 'SegmentAlreadyExists', ...named }, 'SEGMENT_EXISTS', false, /exists already/],
  [{ command: 'NoSuchSegment', ...named, offset: -1n }, 'NO_SUCH_SEGMENT', false, /does not exist/],
  [{ command: 'InvalidEventNumber', ...common, writerId, eventNumber: 4n }, 'INVALID_EVENT_NUMBER', true, /reconnect/],
  [
    { command: 'SegmentIsTruncated', ...named, startOffset: 7n, offset: 3n },
    'SEGMENT_TRUNCATED',
    false,
    /starts at offset 7; 3 was asked for; go on at 7/,
  ],
  [
    { command: 'OperationUnsupported', ...common, operationName: 'readTable' },
    'OPERATION_UNSUPPORTED',
    false,
    /readTable/,
  ],
  [{ command: 'AuthTokenCheckFailed', ...common, errorCode: 1 }, 'TOKEN_EXPIRED', true, /get a new one/],
  [{ command: 'AuthTokenCheckFailed', ...common, errorCode: 0 }, 'TOKEN_REFUSED', false, /permissions/],
  [{ command: 'AuthTokenCheckFailed', ...common, errorCode: -1 }, 'TOKEN_REFUSED', false, /permissions/],
  [{ command: 'AuthTokenCheckFailed', ...common, errorCode: 99 }, 'TOKEN_REFUSED', false, /permissions/],
  [
    { command: 'ErrorMessage', requestId: 1n, segment: 's', message: 'bad', errorCode: 0 },
    'ILLEGAL_REQUEST',
    false,
    /bad; correct/,
  ],
  [
    { command: 'ErrorMessage', requestId: 1n, segment: 's', message: 'odd', errorCode: -1 },
    'INTERNAL',
    true,
    /odd.*log/,
  ],
  [
    { command: 'ErrorMessage', requestId: 1n, segment: 's', message: 'odd', errorCode: 5 },
    'INTERNAL',
    true,
    /odd.*log/,
  ],
  [
    { command: 'ConditionalCheckFailed', requestId: 1n, writerId, eventNumber: 4n },
    'CONDITIONAL_CHECK_FAILED',
    false,
    /event number 4/,
  ],
  [{ command: 'TableSegmentNotEmpty', ...named }, 'TABLE_NOT_EMPTY', false, /has entries/],
  [{ command: 'TableKeyDoesNotExist', ...named }, 'TABLE_KEY_NOT_FOUND', false, /read the entry again/],
  [{ command: 'TableKeyBadVersion', ...named }, 'TABLE_KEY_BAD_VERSION', false, /another version/],
]

describe('a refusal becomes an error', () => {
  it.each(table)('$command', (reply, code, retriable, message) => {
    const error = errorFromReply(reply)
    expect(error).toMatchObject({ code, retriable, message: expect.stringMatching(message) })
    const { command, ...fields } = reply
    expect(error.details).toMatchObject({ ...fields, reply: command })
    expect(isFailureReply(reply)).toBe(true)
  })

  it('for every kind of refusal there is', () => {
    const failures = ALL_COMMANDS.filter(({ role }) => role === 'failure').map(({ name }) => name)
    expect(new Set(table.map(([{ command }]) => command))).toEqual(new Set(failures))
  })

  it('that says what the caller knows', () => {
    const reply: FailureReply = { command: 'AuthTokenCheckFailed', ...common, errorCode: 1 }
    const error = errorFromReply(reply, { operation: 'append', segment: 's/t/1', endpoint: { host: 'h', port: 1 } })
    expect(error.message).toBe(
      'append: the delegation token for segment s/t/1 has expired; get a new one from the controller and try again',
    )
    expect(error.details).toMatchObject({ segment: 's/t/1', endpoint: 'h:1' })
  })
})
