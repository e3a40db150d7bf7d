import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReaderPosition, type ReceivedEvent } from '@pravega-ts/client'
import { type Account, billed, type Order } from './orders.ts'

/** What came of one segment, and how far that goes. */
interface SegmentResults {
  /** Where the first event begins whose result is not in here. */
  readonly offset: bigint
  readonly accounts: Readonly<Record<string, Account>>
}

const ENDING = '.json'
const NOTHING: SegmentResults = { offset: 0n, accounts: {} }

/**
 * The results of all consumers, in a folder that they share: a file for each segment, with the offset up to which it holds. In a data base
 * it would be two tables, written in one transaction.
 */
export class Results {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async in(folder: string): Promise<Results> {
    await mkdir(folder, { recursive: true })
    return new Results(folder)
  }

  /**
   * Stores what an event adds together with the place behind it: after a crash both are there, or neither is.
   *
   * @returns `false`: it was stored before
   */
  async store({ segment, offset, endOffset, value: order }: ReceivedEvent<Order>): Promise<boolean> {
    const name = String(segment)
    // Not from memory: another consumer may have had the segment in between.
    const before = await this.#load(name)
    if (offset < before.offset) return false
    const accounts = { ...before.accounts, [order.customer]: billed(before.accounts[order.customer], order) }
    await this.#save(name, { offset: endOffset, accounts })
    return true
  }

  /** Everything that is stored, as a position: where reading goes on. */
  async position(): Promise<ReaderPosition> {
    const offsets = (await this.#all()).map(([segment, { offset }]) => [segment, offset] as const)
    return new ReaderPosition(offsets)
  }

  /** What each customer has ordered, over all segments. */
  async accounts(): Promise<ReadonlyMap<string, Account>> {
    const sums = new Map<string, Account>()
    for (const [, { accounts }] of await this.#all()) {
      for (const [customer, { orders, cents }] of Object.entries(accounts)) {
        const sum = sums.get(customer) ?? { orders: 0, cents: 0 }
        sums.set(customer, { orders: sum.orders + orders, cents: sum.cents + cents })
      }
    }
    return sums
  }

  async #all(): Promise<(readonly [segment: string, results: SegmentResults])[]> {
    const files = (await readdir(this.#folder)).filter(file => file.endsWith(ENDING))
    const names = files.map(file => decodeURIComponent(file.slice(0, -ENDING.length)))
    return Promise.all(names.map(async name => [name, await this.#load(name)] as const))
  }

  async #load(name: string): Promise<SegmentResults> {
    try {
      const { offset, accounts } = JSON.parse(await readFile(this.#fileOf(name), 'utf8'))
      return { offset: BigInt(offset), accounts }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING
      throw error
    }
  }

  /** A file that is half written never has the name under which it is read. */
  async #save(name: string, { offset, accounts }: SegmentResults): Promise<void> {
    const file = this.#fileOf(name)
    const draft = `${file}.${process.pid}`
    await writeFile(draft, JSON.stringify({ offset: String(offset), accounts }))
    await rename(draft, file)
  }

  #fileOf(name: string): string {
    return join(this.#folder, `${encodeURIComponent(name)}${ENDING}`)
  }
}
