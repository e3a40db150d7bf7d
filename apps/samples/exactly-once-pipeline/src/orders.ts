import type { KeyedEvent } from '@pravega-ts/client'

/** What comes in. */
export interface Order {
  readonly customer: string
  /** Counts the orders of a customer, from 0. */
  readonly number: number
  readonly items: readonly string[]
}

/** What goes out: a line for each item of an order. */
export interface InvoiceLine {
  readonly customer: string
  readonly order: number
  readonly line: number
  readonly item: string
}

/** The lines of an order; of one without items, none. */
export function invoiceLines({ customer, number, items }: Order): readonly KeyedEvent<InvoiceLine>[] {
  return items.map((item, index) => ({
    event: { customer, order: number, line: index, item: item.toUpperCase() },
    routingKey: customer,
  }))
}
