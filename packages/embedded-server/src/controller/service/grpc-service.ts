import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import type { Caller } from '../../accounts/caller.ts'

/** What a service descriptor tells of its methods; generated descriptors and plain ones both fit. */
export interface ServiceDescriptor {
  readonly typeName: string
  readonly methods: readonly DescMethod[]
}

type Methods = Readonly<Record<string, Pick<DescMethod, 'input' | 'output'>>>

/** One function per unary method, or none for a method that is not served. */
export type UnaryHandlers<M extends Methods> = {
  readonly [Name in keyof M]?: (
    request: MessageShape<M[Name]['input']>,
    caller: Caller,
  ) => MessageInitShape<M[Name]['output']> | Promise<MessageInitShape<M[Name]['output']>>
}

/** The definition under which grpc-js serves or calls the methods of a descriptor. */
export function serviceDefinition(service: ServiceDescriptor): ServiceDefinition {
  return Object.fromEntries(service.methods.map(method => [method.name, methodDefinition(service.typeName, method)]))
}

function methodDefinition(service: string, method: DescMethod): MethodDefinition<Message, Message> {
  return {
    path: `/${service}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: message => serialize(method.input, message),
    requestDeserialize: bytes => fromBinary(method.input, bytes),
    responseSerialize: message => serialize(method.output, message),
    responseDeserialize: bytes => fromBinary(method.output, bytes),
  }
}

/** The message of a plain object, as a method answers it. */
export function responseOf(method: DescMethod, init: object): Message {
  return create(method.output, init as MessageInitShape<DescMessage>)
}

function serialize(schema: DescMessage, message: Message): Buffer {
  const { buffer, byteOffset, byteLength } = toBinary(schema, message)
  return Buffer.from(buffer, byteOffset, byteLength)
}
