import type { JsonValue } from '@bufbuild/protobuf'
import { SegmentCatalog } from '../../src/segment-store/segment-catalog.ts'
import { MemorySegmentStorage } from '../../src/storage/memory-segment-storage.ts'
import { type Answer, type CallSettings, ControllerHarness } from './controller-harness.ts'
import { GatedEngine } from './gated-engine.ts'
import { MEANWHILE, PREPARATIONS, type Preparation, SIMULTANEOUS } from './replay-script.ts'
import { expand, mapStrings, type RecordedCall } from './transcripts.ts'

/** Values that each server makes up for itself: the first answer tells which of ours stands for which recorded one. */
const MADE_UP = ['token', 'readerGroupId', 'lowBits']

/** Makes recorded calls on an embedded controller and segment store, in order. */
export class TranscriptReplay {
  readonly #calls: ReadonlyMap<string, RecordedCall>
  readonly #answers = new Map<string, Promise<Answer>>()
  readonly #ours = new Map<string, string>()
  readonly #held: Promise<undefined> = new Promise(() => {})
  #holding = ''
  readonly #engine = new GatedEngine(new SegmentCatalog(new MemorySegmentStorage()))
  readonly harness: ControllerHarness = new ControllerHarness({
    engine: this.#engine,
    faults: { beforeControllerCall: method => (method === this.#holding ? this.#held : undefined) },
  })

  constructor(calls: readonly RecordedCall[]) {
    this.#calls = new Map(calls.map(call => [call.id, call]))
  }

  /** The answer to a recorded call. Together with it the calls are made that ran at the same time. */
  async answer(id: string): Promise<Answer> {
    if (!this.#answers.has(id)) await this.#make(id)
    const answer = await this.#answers.get(id)
    if (answer === undefined) throw new Error(`${id} was not called`)
    this.#learn(this.#call(id).response, answer.response)
    return answer
  }

  /** A recorded response as this server would have given it. */
  expected(response: JsonValue): JsonValue {
    return mapStrings(response, (text, key) => this.#ours.get(`${key} ${text}`) ?? text)
  }

  async #make(id: string): Promise<void> {
    for (const preparation of PREPARATIONS[id] ?? []) await this.#prepare(preparation)
    const [long, during = []] = Object.entries(MEANWHILE).find(([, ids]) => ids.includes(id)) ?? []
    if (long !== undefined) return this.#makeDuring(long, during)
    const together = SIMULTANEOUS.find(ids => ids.includes(id)) ?? [id]
    for (const one of together) this.#send(one)
  }

  /** Holds the long call in the segment store until the other ones are answered. */
  async #makeDuring(long: string, during: readonly string[]): Promise<void> {
    const release = this.#engine.hold()
    this.#send(long)
    for (const id of during) await this.#send(id)
    release()
  }

  async #prepare(preparation: Preparation): Promise<void> {
    if ('advanceMs' in preparation) this.harness.clock.advance(preparation.advanceMs)
    else await this.harness.ok(preparation.call, preparation.request)
  }

  #send(id: string): Promise<Answer> {
    const { method, request, note, metadata } = this.#call(id)
    const settings: CallSettings = { ...(metadata && { metadata }), ...(note === '1 ms deadline' && { deadlineMs: 1 }) }
    this.#holding = settings.deadlineMs === undefined ? '' : method
    const answer = this.harness.call(method, this.expected(expand(request)), settings)
    this.#answers.set(id, answer)
    return answer
  }

  #call(id: string): RecordedCall {
    const call = this.#calls.get(id)
    if (call === undefined) throw new Error(`no call ${id}`)
    return call
  }

  #learn(recorded: JsonValue | undefined, ours: JsonValue | undefined, key = ''): void {
    if (typeof recorded === 'string' && typeof ours === 'string') {
      const name = `${key} ${recorded}`
      if (MADE_UP.includes(key) && recorded !== '' && !this.#ours.has(name)) this.#ours.set(name, ours)
    } else if (isObject(recorded) && isObject(ours)) {
      for (const [name, value] of Object.entries(recorded)) this.#learn(value, ours[name], name)
    }
  }
}

/** A response without what means nothing: order of lists, absent fields, delegation tokens. */
export function meaning(response: JsonValue): JsonValue {
  if (Array.isArray(response)) {
    return response.map(meaning).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (!isObject(response)) return response
  const fields = Object.entries(response).filter(([name, value]) => value !== null && name !== 'delegationToken')
  return Object.fromEntries(fields.map(([name, value]) => [name, meaning(value)]).sort())
}

/** Puts a count in place of a list, where that is all that was recorded of it. */
export function countLike(recorded: JsonValue, response: JsonValue): JsonValue {
  if (!isObject(recorded) || !isObject(response)) return response
  const counted = Object.entries(response).map(([name, value]) => {
    const cut = typeof recorded[name] === 'string' && Array.isArray(value)
    return [name, cut ? `(${value.length} entries, cut here)` : value]
  })
  return Object.fromEntries(counted) as JsonValue
}

function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
