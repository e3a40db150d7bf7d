import { type InvoiceLine, invoiceLines, type Order } from './orders.ts'

/** What has to come out, to be held against what does: for each customer, these lines in this order. */
export class Ledger {
  readonly #expected = new Map<string, InvoiceLine[]>()
  readonly #next = new Map<string, number>()
  #orders = 0
  #lines = 0
  #seen = 0

  get orders(): number {
    return this.#orders
  }

  /** Lines that have to come. */
  get lines(): number {
    return this.#lines
  }

  /** Lines that have come. */
  get seen(): number {
    return this.#seen
  }

  /** An order goes in. */
  add(order: Order): void {
    const expected = this.#expected.get(order.customer) ?? []
    for (const { event } of invoiceLines(order)) {
      expected.push(event)
      this.#lines += 1
    }
    this.#expected.set(order.customer, expected)
    this.#orders += 1
  }

  /**
   * A line comes out.
   *
   * @throws Error when it is not the next one of its customer
   */
  check(line: InvoiceLine): void {
    const next = this.#next.get(line.customer) ?? 0
    const expected = this.#expected.get(line.customer)?.[next]
    const [found, wanted] = [JSON.stringify(line), JSON.stringify(expected)]
    if (found !== wanted) throw new Error(`line ${next} of customer ${line.customer} is ${found}, not ${wanted}`)
    this.#next.set(line.customer, next + 1)
    this.#seen += 1
  }

  /** Begins to compare anew. */
  rewind(): void {
    this.#next.clear()
    this.#seen = 0
  }
}
