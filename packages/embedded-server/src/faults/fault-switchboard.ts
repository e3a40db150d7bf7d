import type { Command } from '@pravega-ts/wire-protocol'
import { segmentsOf } from './command-segments.ts'
import type { ControllerFailure, ControllerFaultGate } from './controller-faults.ts'
import { CountedRule, invalid, requireCount } from './fault-rule.ts'
import type { ByteCut, CommandFault, ControllerFault, DiskFault, DiskOperation, FaultRule, Faults } from './faults.ts'
import type { DiskFaultGate } from './faulty-disk.ts'

/** A command fault without the name that its answer is typed by. */
export type AnyCommandFault = CommandFault<Command['command']>

/** What the switchboard does to a connection. */
export interface FaultTarget {
  /** Address and port of the client. */
  readonly peer: string
  /** Whether a writer to the segment is set up on it. */
  writesTo(segment: string): boolean
  /** Ends it abruptly. */
  reset(): void
  freeze(): void
  /** Goes on after a freeze. */
  thaw(): void
}

interface ByteCutState extends ByteCut {
  count: number
}

interface DiskFaultState extends DiskFault {
  /** Bytes that may still be written. */
  room: number
}

/** Where rules are kept and connections ask for them. */
export class FaultSwitchboard implements Faults, ControllerFaultGate, DiskFaultGate {
  readonly #commands = new Map<string, CountedRule<AnyCommandFault>[]>()
  readonly #controller = new Map<string, CountedRule<ControllerFault>[]>()
  readonly #cuts = { received: new Set<CountedRule<ByteCutState>>(), sent: new Set<CountedRule<ByteCutState>>() }
  readonly #disk = new Map<string, CountedRule<DiskFaultState>[]>()
  readonly #targets = new Set<FaultTarget>()
  #thawed: PromiseWithResolvers<void> | undefined

  get frozen(): boolean {
    return this.#thawed !== undefined
  }

  on<Name extends Command['command']>(name: Name, fault: CommandFault<Name>): FaultRule {
    const ways = [fault.drop === true, fault.cut === true, fault.answer !== undefined].filter(Boolean).length
    if (ways > 1) throw invalid(`${name} can be dropped, cut or answered, but only one of these`)
    if (name === 'AppendBlock' && (fault.drop === true || fault.answer !== undefined)) {
      throw invalid('AppendBlock is only half of an append; drop or answer the AppendBlockEnd that completes it')
    }
    return add(this.#commands, name, fault as unknown as AnyCommandFault)
  }

  onController(method: string, fault: ControllerFault): FaultRule {
    if (fault.drop === true && fault.status !== undefined)
      throw invalid(`${method} cannot be both dropped and answered`)
    return add(this.#controller, method, fault)
  }

  cutAfter(cut: ByteCut): FaultRule {
    if (!Number.isSafeInteger(cut.afterBytes) || cut.afterBytes < 0) {
      throw invalid(`afterBytes is ${cut.afterBytes}; it must be a whole number from 0 on`)
    }
    const times = cut.times ?? 1
    requireCount('times', times)
    const rules = this.#cuts[cut.direction]
    const rule = new CountedRule<ByteCutState>({ ...cut, times, count: 0 }, {}, ended => rules.delete(ended))
    rules.add(rule)
    return rule
  }

  peers(segment?: string): readonly string[] {
    const found = [...this.#targets].filter(target => segment === undefined || target.writesTo(segment))
    return found.map(({ peer }) => peer)
  }

  cutAll(): void {
    for (const target of [...this.#targets]) target.reset()
  }

  onDisk(fault: DiskFault): FaultRule {
    const { afterBytes = 0, operation = 'write' } = fault
    if (!Number.isSafeInteger(afterBytes) || afterBytes < 0) {
      throw invalid(`afterBytes is ${afterBytes}; it must be a whole number from 0 on`)
    }
    if (afterBytes > 0 && operation !== 'write') throw invalid(`afterBytes is for writing, not for ${operation}`)
    return add(this.#disk, operation, { ...fault, room: afterBytes })
  }

  freeze(): void {
    if (this.#thawed !== undefined) return
    this.#thawed = Promise.withResolvers<void>()
    for (const target of this.#targets) target.freeze()
  }

  unfreeze(): void {
    const thawed = this.#thawed
    if (thawed === undefined) return
    this.#thawed = undefined
    thawed.resolve()
    for (const target of [...this.#targets]) target.thaw()
  }

  clear(): void {
    this.#commands.clear()
    this.#controller.clear()
    this.#cuts.received.clear()
    this.#cuts.sent.clear()
    this.#disk.clear()
    this.unfreeze()
  }

  /** Puts a connection under this switchboard; returns what takes it out again. */
  attach(target: FaultTarget): () => void {
    this.#targets.add(target)
    return () => this.#targets.delete(target)
  }

  /** The fault that strikes a command, if there is one. */
  commandFault(
    command: Command,
    segmentOfWriter: (writerId: string) => string | undefined,
  ): AnyCommandFault | undefined {
    const rules = this.#commands.get(command.command)
    if (rules === undefined) return undefined
    const segments = segmentsOf(command, segmentOfWriter)
    return strike(rules, ({ segment }) => segment === undefined || segments.includes(segment))
  }

  /** How many of the next `bytes` of a connection pass before it is cut; undefined when it is not. */
  bytesBeforeCut(direction: ByteCut['direction'], bytes: number, peer: string): number | undefined {
    let allowed: number | undefined
    for (const rule of this.#cuts[direction]) {
      const { fault } = rule
      if (fault.peer !== undefined && fault.peer !== peer) continue
      const left = fault.afterBytes - fault.count
      if (bytes <= left) {
        fault.count += bytes
        continue
      }
      fault.count = 0
      rule.strike()
      if (rule.hits >= (fault.times ?? 1)) rule.remove()
      allowed = Math.min(allowed ?? bytes, left)
    }
    return allowed
  }

  beforeControllerCall(method: string): Promise<ControllerFailure | undefined> | undefined {
    const rules = this.#controller.get(method)
    const fault = rules === undefined ? undefined : strike(rules, () => true)
    if (fault === undefined && this.#thawed === undefined) return undefined
    return this.#disturb(fault)
  }

  beforeDisk(operation: DiskOperation, path: string, bytes: number): Promise<number> | undefined {
    const rules = this.#disk.get(operation)
    if (rules === undefined) return undefined
    const isAbout = ({ path: part }: DiskFaultState): boolean => part === undefined || path.includes(part)
    for (const { fault } of rules) {
      if (!isAbout(fault) || fault.room === 0) continue
      const room = Math.min(fault.room, bytes)
      fault.room -= room
      // What there is room for is written; the next write finds that out.
      return room < bytes ? Promise.resolve(room) : undefined
    }
    const fault = strike(rules, isAbout)
    return fault && failOnDisk(fault, operation, path, bytes)
  }

  async #disturb(fault: ControllerFault | undefined): Promise<ControllerFailure | undefined> {
    await this.#thawed?.promise
    if (fault?.delayMs !== undefined) await delay(fault.delayMs)
    if (fault?.drop === true) await new Promise<never>(() => {})
    return fault?.status && { code: fault.status.code, message: fault.status.message ?? 'failed on command' }
  }
}

function add<Fault extends object>(
  all: Map<string, CountedRule<Fault>[]>,
  name: string,
  fault: Fault,
): CountedRule<Fault> {
  const rule = new CountedRule<Fault>(fault, fault, ended => {
    const left = (all.get(name) ?? []).filter(other => other !== ended)
    if (left.length > 0) all.set(name, left)
    else all.delete(name)
  })
  all.set(name, [...(all.get(name) ?? []), rule])
  return rule
}

/** Counts an occurrence for all rules it is about; the first that is due strikes. */
function strike<Fault>(rules: readonly CountedRule<Fault>[], isAbout: (fault: Fault) => boolean): Fault | undefined {
  let struck: Fault | undefined
  for (const rule of rules) {
    if (isAbout(rule.fault) && rule.occurs(struck !== undefined)) struck = rule.fault
  }
  return struck
}

async function failOnDisk(
  { code, delayMs }: DiskFault,
  operation: DiskOperation,
  path: string,
  bytes: number,
): Promise<number> {
  if (delayMs !== undefined) await delay(delayMs)
  if (delayMs !== undefined && code === undefined) return bytes
  const failure = code ?? 'ENOSPC'
  throw Object.assign(new Error(`${failure}: failed on command, ${operation} '${path}'`), {
    code: failure,
    syscall: operation,
    path,
  })
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms).unref()
  })
}
