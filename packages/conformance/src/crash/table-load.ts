import { setTimeout as sleep } from 'node:timers/promises'
import { jsonCodec, type Table, utf8Codec } from '@pravega-ts/client'
import { ClientLoops } from './client-loops.ts'
import { between, type CrashScene } from './crash-part.ts'

const LINES = 2
const KEYS_OF_LINE = 8
const PAUSE_MS = 20

interface Value {
  readonly n: number
  readonly padding: string
}

/** What a key may have: the value of the last change that was acknowledged, or that of a change of which nobody heard. */
interface Expectation {
  settled: number | undefined
  doubtful: (number | undefined)[]
}

/** Puts, conditional puts, removals and puts of several keys at once in a table, each line with keys of its own. */
export class TableLoad {
  readonly loops: ClientLoops<Table<string, Value>>
  readonly #scene: CrashScene
  readonly #expected = new Map<string, Expectation>()
  #n = 0
  #changes = 0

  constructor(scene: CrashScene) {
    this.#scene = scene
    const address = { scope: scene.scope, name: 'values' }
    this.loops = new ClientLoops(scene, {
      count: LINES,
      open: factory => factory.openTable(address, { key: utf8Codec, value: jsonCodec<Value>() }),
      run: (table, line) => this.#run(table, line),
    })
  }

  get changes(): number {
    return this.#changes
  }

  /** What is not as acknowledged. What is there counts as settled afterwards. */
  async check(): Promise<readonly string[]> {
    const table = await this.loops.client()
    const faults: string[] = []
    const found = new Map<string, number>()
    for await (const { key, value } of table.entries()) {
      if (found.has(key)) faults.push(`table key ${key} comes twice in one iteration`)
      found.set(key, value.n)
    }
    const keys = [...this.#expected.keys()]
    const values = await table.getMany(keys)
    for (const [at, key] of keys.entries()) {
      const value = values[at]?.value.n
      const expectation = this.#expected.get(key)
      if (expectation === undefined) continue
      if (found.get(key) !== value) faults.push(`table key ${key} is ${value}, in the iteration ${found.get(key)}`)
      if (value !== expectation.settled && !expectation.doubtful.includes(value)) {
        faults.push(`table key ${key} is ${value}; ${expectation.settled} was acknowledged`)
      }
      expectation.settled = value
      expectation.doubtful = []
    }
    for (let line = 0; line < LINES; line++) {
      const group = groupOf(line).map(key => found.get(key))
      if (new Set(group).size > 1) faults.push(`the table keys ${groupOf(line)}, put at once, are ${group}`)
    }
    for (const key of found.keys()) if (!this.#expected.has(key)) faults.push(`table key ${key} was never put`)
    return faults
  }

  async #run(table: Table<string, Value>, line: number): Promise<void> {
    const { random } = this.#scene
    while (!this.loops.isOver) {
      const key = `${line}.${between(random, 1, KEYS_OF_LINE)}`
      const n = ++this.#n
      const value = { n, padding: '.'.repeat(between(random, 0, 300)) }
      const kind = random()
      if (kind < 0.2) await this.#change([key], undefined, () => table.remove(key))
      else if (kind < 0.4) {
        await this.#change(groupOf(line), n, () => table.putMany(groupOf(line).map(each => ({ key: each, value }))))
      } else if (kind < 0.6) {
        await this.#change([key], n, async () => {
          const before = await table.get(key)
          if (before === undefined) await table.putIfAbsent(key, value)
          else await table.putIfVersion(key, value, before.version)
          // A change that was sent again after a lost answer may find itself.
          if ((await table.get(key))?.value.n !== n) throw new Error(`the conditional put of ${key} has no effect`)
        })
      } else await this.#change([key], n, () => table.put(key, value))
      await sleep(random() * 3)
    }
  }

  async #change(keys: readonly string[], n: number | undefined, change: () => Promise<unknown>): Promise<void> {
    const expectations = keys.map(key => this.#expectation(key))
    try {
      await change()
      for (const expectation of expectations) {
        expectation.settled = n
        expectation.doubtful = []
      }
      this.#changes++
    } catch (error) {
      for (const expectation of expectations) expectation.doubtful.push(n)
      this.#scene.tell(`a change of the table has an unknown outcome: ${error}`)
      if (!this.loops.isOver) await sleep(PAUSE_MS)
    }
  }

  #expectation(key: string): Expectation {
    const known = this.#expected.get(key)
    if (known !== undefined) return known
    const expectation: Expectation = { settled: undefined, doubtful: [] }
    this.#expected.set(key, expectation)
    return expectation
  }
}

function groupOf(line: number): readonly string[] {
  return ['a', 'b', 'c'].map(letter => `${line}.${letter}`)
}
