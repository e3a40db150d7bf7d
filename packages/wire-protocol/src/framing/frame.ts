import { PravegaError } from '@pravega-ts/model'
import type { CommandCodec, CommandRole } from '../codec/define-command.ts'
import { Writer } from '../codec/writer.ts'
import { ALL_COMMANDS, type Command, type FailureReply, type Reply } from '../commands/catalogue.ts'
import { FRAME_HEADER_BYTES } from '../limits.ts'

/** A frame that has not been decoded: its type and a view on its payload. */
export interface RawFrame {
  readonly type: number
  readonly payload: Uint8Array
}

/** Byte fields of this size or more are worth a chunk of their own instead of a copy. */
const SHARE_ABOVE_BYTES = 4096

const byType: ReadonlyMap<number, CommandCodec<Command>> = new Map(ALL_COMMANDS.map(codec => [codec.type, codec]))
const byName: ReadonlyMap<string, CommandCodec<Command>> = new Map(ALL_COMMANDS.map(codec => [codec.name, codec]))

/** The type number of each command. */
export const COMMAND_TYPES: Readonly<Record<Command['command'], number>> = Object.freeze(
  Object.fromEntries(ALL_COMMANDS.map(codec => [codec.name, codec.type])),
) as Record<Command['command'], number>

/** The name of a type number, or undefined if there is no such command. */
export function commandName(type: number): Command['command'] | undefined {
  return byType.get(type)?.name as Command['command'] | undefined
}

export function roleOf(command: Command): CommandRole {
  return codecOf(command).role
}

/** True for what a segment store answers to a request, failures included. */
export function isReply(command: Command): command is Reply {
  const role = roleOf(command)
  return role === 'reply' || role === 'failure'
}

/** True for the replies that refuse a request. */
export function isFailureReply(command: Command): command is FailureReply {
  return roleOf(command) === 'failure'
}

function codecOf(command: Command): CommandCodec<Command> {
  const codec = byName.get(command.command)
  if (codec === undefined)
    throw new PravegaError('INVALID_ARGUMENT', `there is no wire command named ${JSON.stringify(command.command)}`)
  return codec
}

/**
 * The whole frame of a command, header included.
 * @throws PravegaError INVALID_ARGUMENT naming the field, the value and the rule, if a value does not fit its field.
 */
export function encodeFrame(command: Command): Uint8Array {
  const codec = codecOf(command)
  const writer = new Writer(codec.name)
  codec.writePayload(writer, command)
  return writer.finish(codec.type)
}

/**
 * As {@link encodeFrame}, in pieces that belong together (for `writev`): large byte fields are not copied but shared,
 * so they must not change until they are sent.
 * @throws PravegaError INVALID_ARGUMENT, as there.
 */
export function encodeFrameChunks(command: Command): readonly Uint8Array[] {
  const codec = codecOf(command)
  const writer = new Writer(codec.name, SHARE_ABOVE_BYTES)
  codec.writePayload(writer, command)
  return writer.finishChunks(codec.type)
}

/**
 * The command in a payload of the given type. Byte fields are views on the payload. Fields that older peers leave out
 * at the end get their defaults, bytes behind the known fields are ignored.
 * @throws PravegaError PROTOCOL_VIOLATION if the type is unknown or the payload malformed.
 */
export function decodePayload(type: number, payload: Uint8Array): Command {
  const codec = byType.get(type)
  if (codec === undefined) throw unknownType(type)
  return codec.readPayload(payload)
}

/**
 * The command in `bytes`, which hold exactly one frame.
 * @throws PravegaError PROTOCOL_VIOLATION if they do not.
 */
export function decodeFrame(bytes: Uint8Array): Command {
  if (bytes.length < FRAME_HEADER_BYTES) throw notOneFrame(bytes.length, FRAME_HEADER_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const expected = view.getInt32(4) + FRAME_HEADER_BYTES
  if (expected !== bytes.length) throw notOneFrame(bytes.length, expected)
  return decodePayload(view.getInt32(0), bytes.subarray(FRAME_HEADER_BYTES))
}

function notOneFrame(actual: number, expected: number): PravegaError {
  return new PravegaError('PROTOCOL_VIOLATION', `${actual} bytes are not one frame, which takes ${expected}`, {
    details: { actual, expected },
  })
}

/** The peer sent a frame of a type that is not in the catalogue. */
export function unknownType(type: number): PravegaError {
  return new PravegaError(
    'PROTOCOL_VIOLATION',
    `the peer sent a frame of the unknown type ${type}, which ends the connection`,
    { details: { type } },
  )
}
