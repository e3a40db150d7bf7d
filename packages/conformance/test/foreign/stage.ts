import type { EventScene } from '../events/event-scene.ts'

/** A server with another client on it, and scenes of ours. */
export interface Stage<Client> {
  /** Shared by all cases of a block. */
  readonly other: Client
  /** In a process of its own. */
  another(): Client
  open(prefix: string): Promise<EventScene>
}

/** A kind of client. */
interface ClientClass<Client, Target> {
  new (target: () => Target): Client
  of(target: () => Target): Client
}

/** To be called where a block is declared. `target` is looked at when the first case runs. */
export function stageOf<Client, Target>(
  Client: ClientClass<Client, Target>,
  target: () => Target,
  open: (prefix: string) => Promise<EventScene>,
): Stage<Client> {
  return { other: Client.of(target), another: () => new Client(target), open }
}

/** Everything of an iteration. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Events of `count` keys, `<prefix>0`, `<prefix>1`, ..., `each` of every one: what the other clients' `writeKeyed` writes. */
export function keyedEvents(prefix: string, count: number, each: number): { key: string; event: string }[] {
  return Array.from({ length: count * each }, (_, n) => {
    const key = `${prefix}${n % count}`
    return { key, event: `${key}:${Math.floor(n / count)}` }
  })
}
