import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { InvoicingNames } from './invoicing.ts'
import { type Message, STOP } from './messages.ts'
import type { Found } from './take-over.ts'
import type { Stage } from './work.ts'

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))

/** How a process has ended. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it has said on standard error. */
  readonly complaint: string
}

export function unexpected({ name }: Pick<Member, 'name'>, { code, signal, complaint }: End): Error {
  return new Error(`${name} has ended with ${signal ?? code}, which was not expected: ${complaint}`)
}

/** The process of a worker. */
export class Member {
  readonly name: string
  /** Resolves when it reads; never when it ends before. */
  readonly joined: Promise<Found>
  readonly ended: Promise<End>
  /** What it has told last. */
  stage: Stage | 'starting' | 'waiting' = 'starting'
  /** It was told to end, or may be replaced. */
  isDoomed = false
  readonly #process: ChildProcess

  constructor(name: string, args: readonly string[], onReached: (stage: Stage) => void) {
    this.name = name
    this.#process = fork(WORKER, [...args, '--name', name], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    const { promise, resolve } = Promise.withResolvers<Found>()
    this.joined = promise
    this.#process.on('message', (message: Message) => {
      if (message.kind === 'joined') {
        this.stage = 'waiting'
        resolve(message.found)
      } else {
        this.stage = message.stage
        onReached(message.stage)
      }
    })
    this.ended = this.#untilEnd()
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.isDoomed = true
    this.#process.kill(signal)
  }

  /** Lets it finish its batch and leave the group. */
  dismiss(): void {
    this.isDoomed = true
    this.#process.send(STOP)
  }

  async #untilEnd(): Promise<End> {
    let complaint = ''
    this.#process.stderr?.setEncoding('utf8').on('data', text => {
      complaint += text
    })
    const [code, signal] = await once(this.#process, 'close')
    return { code, signal, complaint }
  }
}

/** The workers of a pipeline, each in a process of its own. */
export class Crew implements AsyncDisposable {
  readonly #args: readonly string[]
  readonly #onReached: (stage: Stage) => void
  readonly #members = new Map<string, Member>()
  readonly #all = new Set<Member>()
  readonly #failed = Promise.withResolvers<never>()
  #isOver = false

  constructor(controller: string, names: InvoicingNames, onReached: (stage: Stage) => void) {
    const { scope, input, output, group } = names
    this.#args = Object.entries({ controller, scope, input, output, group }).flatMap(([flag, value]) => [
      `--${flag}`,
      value,
    ])
    this.#onReached = onReached
    this.#failed.promise.catch(() => {})
  }

  /** Rejects when a process ends by itself. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** Starts a worker; under a name that is taken, one that takes over. */
  start(name: string): Member {
    if (this.#isOver) throw new Error(`${name} does not start any more: the story is over`)
    const member = new Member(name, this.#args, this.#onReached)
    this.#members.set(name, member)
    this.#all.add(member)
    void member.ended.then(end => {
      this.#all.delete(member)
      if (!member.isDoomed) this.#failed.reject(unexpected(member, end))
    })
    return member
  }

  /** The latest process of a worker. */
  of(name: string): Member {
    return this.#members.get(name) ?? this.start(name)
  }

  /** Lets all finish their batch and leave the group. */
  async dismiss(): Promise<void> {
    const members = [...this.#all]
    for (const member of members) member.dismiss()
    for (const member of members) {
      const end = await member.ended
      if (end.code !== 0) throw unexpected(member, end)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    for (const member of this.#all) {
      member.signal('SIGKILL')
      await member.ended
    }
  }
}
