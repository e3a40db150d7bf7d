import type { Command, Reply, Request } from '@pravega-ts/wire-protocol'
import type { FailureName } from './failure-named.ts'

/** The command of a given name. */
export type CommandNamed<Name extends Command['command']> = Extract<Command, { readonly command: Name }>

/** Which occurrences a fault is about, and what comes before it. */
export interface FaultTiming {
  /** Starts with the n-th occurrence, counted from 1. Default 1. */
  readonly nth?: number | undefined
  /** For how many occurrences. Default: 1 if `nth` is given, else every one. */
  readonly times?: number | undefined
  /** Wait so long first, in milliseconds. What comes later on the same connection waits too. Default 0. */
  readonly delayMs?: number | undefined
}

/**
 * What happens to a wire command. At most one of `drop`, `cut` and `answer`; with none of them the command is only
 * delayed.
 */
export interface CommandFault<Name extends Command['command']> extends FaultTiming {
  /** Only commands about this segment. For appends, the segment of the writer. Default: any. */
  readonly segment?: string | undefined
  /** A request is not carried out, a reply is not sent. */
  readonly drop?: boolean | undefined
  /** The connection is reset before the request is carried out, or instead of the reply. */
  readonly cut?: boolean | undefined
  /** Only for requests: not carried out, but answered with this failure, made from the request. */
  readonly answer?: FailureName | ((request: CommandNamed<Name> & Request) => Reply) | undefined
}

/** When connections are cut by the number of bytes that go over them. */
export interface ByteCut {
  /** Counts what clients send, or what they are sent; over all connections together unless `peer` names one, from now on. */
  readonly direction: 'received' | 'sent'
  /** Only the connection of this client, as {@link Faults.peers} has it. Default: all of them. */
  readonly peer?: string | undefined
  /** The connection that carries this byte (counted from 0) is reset before it. */
  readonly afterBytes: number
  /** How often; the count starts anew after each cut. Default 1. */
  readonly times?: number | undefined
}

/** What happens to a controller call. With neither `drop` nor `status` it is only delayed. */
export interface ControllerFault extends FaultTiming {
  /** Never answered: the caller's deadline decides. */
  readonly drop?: boolean | undefined
  /** Not carried out, but ended with this gRPC status; 14 is UNAVAILABLE. */
  readonly status?: { readonly code: number; readonly message?: string | undefined } | undefined
}

/** What a server does with its disk. */
export type DiskOperation = 'write' | 'sync' | 'read' | 'open' | 'remove'

/** What happens to the disk of a server with `data`. With only `delayMs` the disk is slow; else it fails. */
export interface DiskFault extends FaultTiming {
  /** What fails: writing, making durable, reading, opening or making files, removing them. Default: `write`. */
  readonly operation?: DiskOperation | undefined
  /** Only for files whose path contains this text, for instance `segments` or `keys`. Default: all. */
  readonly path?: string | undefined
  /** Code of the system for the failure, for instance `EIO`. Default: `ENOSPC`, which a full disk fails with. */
  readonly code?: string | undefined
  /** Only for writing: so many bytes still go to the disk first, the last write perhaps in part. Default 0. */
  readonly afterBytes?: number | undefined
}

/** A fault that was asked for. */
export interface FaultRule extends Disposable {
  /** How often it has struck. */
  readonly hits: number
  /** Settles when it strikes the next time. Never rejected. */
  nextHit(): Promise<void>
  /** Ends it. */
  remove(): void
}

/**
 * Failures on command, for tests of what runs against this server. Rules are asked in the order in which they were
 * made; the first one that is due strikes. All of them survive a restart of the server.
 */
export interface Faults {
  /**
   * Disturbs a wire command: a request before it is carried out, a reply before it is sent. An append is named by the
   * command that completes it: AppendBlockEnd, ConditionalAppend or ConditionalBlockEnd.
   * @throws PravegaError INVALID_ARGUMENT for a contradictory fault.
   */
  on<Name extends Command['command']>(name: Name, fault: CommandFault<Name>): FaultRule
  /**
   * Disturbs a call of the controller, named as in the service definition, for instance `createScope`.
   * @throws PravegaError INVALID_ARGUMENT for a contradictory fault.
   */
  onController(method: string, fault: ControllerFault): FaultRule
  /** Resets segment store connections at a given byte. */
  cutAfter(cut: ByteCut): FaultRule
  /**
   * The connections to the segment store by address and port of the client, oldest first.
   * @param segment - only those on which a writer to this segment is set up
   */
  peers(segment?: string): readonly string[]
  /** Resets all segment store connections now. */
  cutAll(): void
  /**
   * Makes the disk fail, or be slow: every operation of a kind, until the rule is removed, or as `nth` and `times` say. The server takes no
   * changes from the first failure on, and goes on by itself when the disk works again. Nothing happens to a server in memory.
   * @throws PravegaError INVALID_ARGUMENT for a contradictory fault.
   */
  onDisk(fault: DiskFault): FaultRule
  /** From now on nothing is read, answered or served, while connections stay up. */
  freeze(): void
  /** Goes on where {@link Faults.freeze} stopped. Nothing is lost. */
  unfreeze(): void
  readonly frozen: boolean
  /** Removes all rules and unfreezes. */
  clear(): void
}
