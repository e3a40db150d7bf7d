import type { Engine } from '../../src/engine.ts'
import { EventScene } from '../events/event-scene.ts'

/** A server with another client on it, and scenes of ours. */
export interface Stage<Client> {
  readonly other: Client
  open(prefix: string): Promise<EventScene>
}

export function stageOf<Client>(engine: Engine, other: Client): Stage<Client> {
  return { other, open: prefix => EventScene.open(engine, prefix) }
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
