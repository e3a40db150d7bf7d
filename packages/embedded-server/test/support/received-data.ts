import { decodePayload, encodeFrame, FrameParser } from '@pravega-ts/wire-protocol'

/** Data as an append that came in two pieces has them: nothing else lies in their memory. */
export function received(data: Uint8Array): Uint8Array {
  const frame = encodeFrame({ command: 'AppendBlock', writerId: '00000000-0000-0000-0000-000000000001', data })
  const parser = new FrameParser()
  parser.push(frame.subarray(0, 20))
  parser.next()
  parser.push(frame.subarray(20))
  const whole = parser.next()
  if (whole === undefined) throw new Error('a whole frame was pushed')
  const command = decodePayload(whole.type, whole.payload)
  if (command.command !== 'AppendBlock') throw new Error(`an AppendBlock was pushed, not a ${command.command}`)
  return command.data
}
