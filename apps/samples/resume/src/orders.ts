import { jsonSerializer, type Serializer } from '@pravega-ts/client'

/** What flows through the stream. */
export interface Order {
  /** From 1. */
  readonly number: number
  readonly customer: string
  readonly cents: number
}

/** What a customer has ordered. */
export interface Account {
  readonly orders: number
  readonly cents: number
}

export const serializer: Serializer<Order> = jsonSerializer<Order>()

const CUSTOMERS = ['anna', 'ben', 'clara', 'dora', 'emil', 'frida', 'gustav', 'hanna']

/** The same orders each time, so that everybody knows what has to come out. */
export function* ordersUpTo(count: number): Generator<Order> {
  for (let number = 1; number <= count; number += 1) {
    const customer = CUSTOMERS[(number * 7) % CUSTOMERS.length] ?? ''
    // Any two orders that could be mistaken for each other differ.
    yield { number, customer, cents: 100 + ((number * 7919) % 9973) }
  }
}

/** An account with one order more. */
export function billed(account: Account | undefined, { cents }: Order): Account {
  return { orders: (account?.orders ?? 0) + 1, cents: (account?.cents ?? 0) + cents }
}
