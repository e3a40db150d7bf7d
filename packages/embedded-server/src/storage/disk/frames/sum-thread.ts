import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Logger } from '@pravega-ts/config'
import { PravegaError } from '@pravega-ts/model'
import type { FrameSums, SummedPart, Sums } from './frame-sums.ts'

/** Sending memory there and back takes as long as summing up half of this. */
const LEAST_BYTES = 256 * 1024
/** The thread is begun when so many bytes have been summed up without it: those who write little are spared its memory. */
const WORTHWHILE_BYTES = 16 * 1024 * 1024

/** What the thread is asked. The memory is its own until it answers; it answers in order. */
export interface SumTask {
  readonly memory: ArrayBuffer
  readonly parts: readonly SummedPart[]
}

type State =
  | { readonly name: 'unused' }
  | { readonly name: 'starting' | 'ready'; readonly worker: Worker }
  | { readonly name: 'gone' }

/**
 * Makes the checksums of large frames on another thread: they would take a third of the time of the one that serves clients. The thread
 * is begun when it is worth it, and where it cannot be, or dies, everything is done without it.
 */
export class SumThread implements FrameSums {
  readonly #logger: Logger
  readonly #worthwhileBytes: number
  /** In the order in which they were asked. */
  readonly #waiting: PromiseWithResolvers<Sums>[] = []
  #state: State = { name: 'unused' }
  #bytes = 0

  constructor(logger: Logger, worthwhileBytes: number = WORTHWHILE_BYTES) {
    this.#logger = logger
    this.#worthwhileBytes = worthwhileBytes
  }

  takes(bytes: number): boolean {
    if (bytes < LEAST_BYTES) return false
    if (this.#state.name === 'unused') {
      this.#bytes += bytes
      if (this.#bytes >= this.#worthwhileBytes) this.#startIfPossible()
    }
    return this.#state.name === 'ready'
  }

  async sum(memory: ArrayBuffer, parts: readonly SummedPart[]): Promise<Sums> {
    if (this.#state.name !== 'ready') throw lost('there is no thread')
    const { worker } = this.#state
    const answer = Promise.withResolvers<Sums>()
    this.#waiting.push(answer)
    worker.ref()
    worker.postMessage({ memory, parts } satisfies SumTask, [memory])
    return await answer.promise
  }

  async close(): Promise<void> {
    const state = this.#state
    this.#end('it was ended')
    if (state.name === 'starting' || state.name === 'ready') await state.worker.terminate()
  }

  #startIfPossible(): void {
    try {
      this.#start()
    } catch (error) {
      // A process may be forbidden to have threads.
      this.#died(String(error))
    }
  }

  #start(): void {
    // Built or as it is written: the thread's module lies beside this one.
    const entry = new URL(`./sum-thread-entry${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(entry, { name: 'pravega checksums' })
    this.#state = { name: 'starting', worker }
    worker.unref()
    worker.on('message', (answer: Sums | 'ready') => {
      if (answer !== 'ready') this.#answered(answer, worker)
      else if (this.#state.name === 'starting') this.#state = { name: 'ready', worker }
    })
    worker.on('error', error => this.#died(String(error)))
    worker.on('exit', code => this.#died(`it ended with ${code}`))
  }

  #answered(sums: Sums, worker: Worker): void {
    this.#waiting.shift()?.resolve(sums)
    if (this.#waiting.length === 0) worker.unref()
  }

  #died(reason: string): void {
    if (this.#state.name === 'gone') return
    this.#logger.warn('checksums have no thread of their own any more', { reason })
    this.#end(reason)
  }

  #end(reason: string): void {
    this.#state = { name: 'gone' }
    for (const { reject } of this.#waiting.splice(0)) reject(lost(reason))
  }
}

function lost(reason: string): PravegaError {
  return new PravegaError('INTERNAL', `memory is lost with the thread that makes checksums: ${reason}`)
}
