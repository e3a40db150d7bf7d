import type { Message } from '@bufbuild/protobuf'
import { type handleUnaryCall, type Metadata, status, type UntypedServiceImplementation } from '@grpc/grpc-js'
import { PravegaError } from '@pravega-ts/model'
import type { Caller } from '../../accounts/caller.ts'
import type { ControllerFaultGate } from '../../faults/controller-faults.ts'
import { messageOf } from '../../message-of.ts'
import { Measures } from '../../observability/measures.ts'
import type { ControllerContext } from '../operations/context.ts'
import { Refusal } from '../operations/refusal.ts'
import { type Admission, openToAll } from './admission.ts'
import { type AnsweredCall, CallLog } from './call-log.ts'
import { responseOf, type ServiceDescriptor } from './grpc-service.ts'
import { areTracingHeadersReadable } from './tracing-headers.ts'

/** A gRPC status that ends a call. */
interface CallStatus {
  readonly code: number
  readonly details: string
}

type Handler = (request: Message, caller: Caller) => object | Promise<object>

/** The storage has failed; whoever asks again later may be served. */
function unavailable(details: string): CallStatus {
  return { code: status.UNAVAILABLE, details }
}

const CLOSING: CallStatus = { code: status.UNAVAILABLE, details: 'The controller is closing' }

/** Answers gRPC calls with handlers: faults first, then the call, and the answer once its effect is durable. */
export class CallServer {
  readonly #context: ControllerContext
  readonly #faults: ControllerFaultGate | undefined
  readonly #admission: Admission
  readonly #log: CallLog
  readonly #calling: (peer: string) => void
  readonly #stopped: Promise<CallStatus>
  #stop: () => void = () => {}

  /** @param calling told of the client at the beginning of each call, by address and port. */
  constructor(
    context: ControllerContext,
    faults: ControllerFaultGate | undefined,
    admission: Admission = openToAll,
    calling: (peer: string) => void = () => {},
  ) {
    this.#calling = calling
    this.#context = context
    this.#log = new CallLog(context.measures ?? new Measures(), context.logger)
    this.#admission = admission
    this.#faults = faults
    this.#stopped = new Promise(resolve => {
      this.#stop = () => resolve(CLOSING)
    })
  }

  /** Refuses the calls that a fault still holds back. */
  stop(): void {
    this.#stop()
  }

  /** What grpc-js serves. It answers UNIMPLEMENTED itself where there is no handler. */
  implementation(service: ServiceDescriptor, handlers: object): UntypedServiceImplementation {
    const implementation: UntypedServiceImplementation = {}
    for (const method of service.methods) {
      const handler = (handlers as Readonly<Record<string, Handler | undefined>>)[method.name]
      if (handler === undefined) continue
      const handle: handleUnaryCall<Message, Message> = (call, callback) => {
        const began = performance.now()
        const peer = call.getPeer()
        this.#calling(peer)
        let user: string | undefined
        const answer = async (): Promise<Message> => {
          await this.#pass(method.name, call.metadata)
          const caller = await this.#admission.admit({
            method: method.name,
            request: call.request,
            authorization: call.metadata.get('authorization')[0]?.toString(),
            peer,
          })
          user = caller.user
          const response = await handler(call.request, caller)
          await this.#context.state.settled()
          return responseOf(method, response)
        }
        const ended = (statusName: string, details: string, response?: Message): AnsweredCall => {
          const seconds = (performance.now() - began) / 1000
          return { method, request: call.request, response, status: statusName, details, user, peer, seconds }
        }
        this.#context.queues.watch(answer()).then(
          response => {
            callback(null, response)
            this.#log.answered(ended('OK', '', response))
          },
          (error: unknown) => {
            const answer = this.#statusOf(method.name, error)
            callback(answer)
            this.#log.answered(ended(status[answer.code] ?? String(answer.code), answer.details))
          },
        )
      }
      implementation[method.name] = handle
    }
    return implementation
  }

  /** @throws CallStatus when the call is not to be served */
  async #pass(method: string, metadata: Metadata): Promise<void> {
    if (!areTracingHeadersReadable(metadata)) throw new Refusal('UNKNOWN', '')
    const refusal = this.#context.health?.refusal
    if (refusal !== undefined) throw new EndedCall(unavailable(refusal))
    const gate = this.#faults?.beforeControllerCall(method)
    if (gate === undefined) return
    const fault = await Promise.race([gate, this.#stopped])
    if (fault === undefined) return
    throw new EndedCall('details' in fault ? fault : { code: fault.code, details: fault.message })
  }

  #statusOf(method: string, error: unknown): CallStatus {
    if (error instanceof EndedCall) return error.status
    if (PravegaError.is(error, 'STORAGE_FAILED')) return unavailable(error.message)
    if (error instanceof Refusal) {
      return { code: status[error.code], details: error.message }
    }
    const refusal = this.#context.health?.refusal
    // The storage went away below the call, which has been told of already.
    if (refusal !== undefined) return unavailable(refusal)
    this.#context.logger.error(`${method} failed`, { cause: error })
    return { code: status.UNKNOWN, details: messageOf(error) }
  }
}

/** Carries the status that a call ends with. */
class EndedCall extends Error {
  readonly status: CallStatus

  constructor(status: CallStatus) {
    super(status.details)
    this.status = status
  }
}
