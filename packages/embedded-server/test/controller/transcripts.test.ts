import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEVIATIONS } from './replay-script.ts'
import { countLike, meaning, TranscriptReplay } from './transcript-replay.ts'
import { type RecordedCall, recordedCalls } from './transcripts.ts'

/** Messages that clients know; those of other failures name what is inside of Pravega. */
const KNOWN_DETAILS = /^(Internal exception occurred|lease |Stream: )/

function replay(calls: readonly RecordedCall[]): void {
  const transcript = new TranscriptReplay(calls)
  beforeAll(() => transcript.harness.start())
  afterAll(() => transcript.harness.stop())

  test.each(calls.map(call => [call.id, call.method, call.note, call] as const))(
    '%s %s: %s',
    async (id, _, __, call) => {
      const answer = await transcript.answer(id)
      const deviation = DEVIATIONS[id]
      const expected = deviation ?? call
      expect({ grpc: answer.grpc, details: answer.details }).toMatchObject({ grpc: expected.grpc })
      if (deviation === undefined && KNOWN_DETAILS.test(call.details ?? '')) expect(answer.details).toBe(call.details)
      if (expected.response === undefined || answer.response === undefined) return
      const ours = meaning(countLike(expected.response, answer.response))
      const recorded = meaning(transcript.expected(expected.response))
      if (deviation === undefined) expect(ours).toEqual(recorded)
      else expect(ours).toMatchObject(recorded as object)
    },
  )
}

describe('one server after the other calls', () => {
  replay(['A', 'B', 'C', 'L', 'R'].flatMap(recordedCalls))
})

describe('half-made streams, rounding, group streams', () => {
  replay(recordedCalls('D'))
})

describe('limits, races, long lists, recursive delete', () => {
  replay(recordedCalls('P'))
})

describe('calls that Pravega never recovers from', () => {
  replay(recordedCalls('H'))
})

test('only calls that were recorded are listed as answered otherwise', () => {
  const ids = ['A', 'B', 'C', 'L', 'R', 'D', 'P', 'H'].flatMap(recordedCalls).map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining(Object.keys(DEVIATIONS)))
})
