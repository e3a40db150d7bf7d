import type { DescMethod, Message } from '@bufbuild/protobuf'
import type { Logger } from '@pravega-ts/config'
import { CHANGE_LINES, LOG_LINES } from '../../observability/log-lines.ts'
import type { Measures } from '../../observability/measures.ts'

/** A call that has been answered. */
export interface AnsweredCall {
  readonly method: DescMethod
  readonly request: Message
  /** Undefined for one that was refused or failed. */
  readonly response: Message | undefined
  /** Name of the gRPC status. */
  readonly status: string
  /** What was said to the caller about that; empty for nothing. */
  readonly details: string
  readonly user: string | undefined
  readonly peer: string
  /** From the first byte to the last, in seconds. */
  readonly seconds: number
}

/** Counts calls, and tells who changed what. */
export class CallLog {
  readonly #measures: Measures
  readonly #logger: Logger

  constructor(measures: Measures, logger: Logger) {
    this.#measures = measures
    this.#logger = logger
  }

  answered(call: AnsweredCall): void {
    const { details, method, peer, request, response, seconds, status, user } = call
    this.#measures.called(method.name, status, seconds)
    const result = response === undefined ? status : resultOf(method, response)
    const fields = {
      what: subjectOf(request),
      ...(details !== '' && { details }),
      ...(user !== undefined && { user }),
      peer,
      durationMs: Math.round(seconds * 1e6) / 1e3,
    }
    const line = CHANGE_LINES[method.name]
    if (line !== undefined && (result === 'SUCCESS' || result === 'STARTED')) this.#logger.info(line, fields)
    else this.#logger.debug(LOG_LINES.call, { method: method.name, result, ...fields })
  }
}

/** The name of the status that the answer has, or of gRPC's where it has none. */
function resultOf(method: DescMethod, response: Message): string {
  const field = method.output.field['status']
  const number = (response as unknown as Readonly<Record<string, unknown>>)['status']
  if (field?.fieldKind !== 'enum' || typeof number !== 'number') return 'OK'
  return field.enum.value[number]?.name ?? String(number)
}

/** The scope, `scope/stream`, `scope/group` or `scope/table` that a call is about; undefined where it is about none. */
function subjectOf(request: Message): string | undefined {
  const fields = request as unknown as Readonly<Record<string, unknown>>
  const inner = fields['streamInfo'] ?? fields['stream']
  const named = isRecord(inner) ? inner : fields
  const { scope } = named
  if (typeof scope !== 'string') return undefined
  const name = named['stream'] ?? named['readerGroupName'] ?? named['readerGroup'] ?? named['kvtName']
  return typeof name === 'string' ? `${scope}/${name}` : scope
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
