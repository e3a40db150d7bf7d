import { randomFillSync } from 'node:crypto'
import { closeSync, fdatasync, fdatasyncSync, openSync, readFileSync, write, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DataServerFigures } from './data-server-process.ts'

// What the disk can do: writes and syncs the same batches as a server, and nothing else. Arguments: a directory, and a file with the
// batches as JSON. Prints the seconds that it took. Leaves its files behind: removing them takes the disk's time, too.

/** Larger pieces take the system longer. */
const PIECE_BYTES = 1024 * 1024
const writeFile = promisify(write)
const syncFile = promisify(fdatasync)

const [directory = '.', batchFile = ''] = process.argv.slice(2)
const batches: DataServerFigures['batches'] = JSON.parse(readFileSync(batchFile, 'utf8'))
const bytes = randomFillSync(Buffer.alloc(PIECE_BYTES))

const groups: (readonly [file: number, bytes: number])[][] = []
let last = -1
for (const [file, size, group] of batches) {
  if (group !== last) groups.push([])
  last = group
  groups.at(-1)?.push([file, size])
}

const files = new Map<number, number>()
for (const [file] of batches) {
  if (files.has(file)) continue
  files.set(file, openSync(join(directory, `limit-${process.pid}-${file}`), 'w'))
}
const handle = (file: number): number => files.get(file) ?? -1

function* pieces(size: number): Generator<number, void, undefined> {
  for (let left = size; left > 0; left -= PIECE_BYTES) yield Math.min(left, PIECE_BYTES)
}

const start = process.hrtime.bigint()
for (const group of groups) {
  const [only] = group
  if (group.length === 1 && only !== undefined) {
    for (const piece of pieces(only[1])) writeSync(handle(only[0]), bytes, 0, piece)
    fdatasyncSync(handle(only[0]))
  } else {
    const one = async ([file, size]: readonly [number, number]): Promise<void> => {
      for (const piece of pieces(size)) await writeFile(handle(file), bytes, 0, piece)
      await syncFile(handle(file))
    }
    await Promise.all(group.map(one))
  }
}
console.log(Number(process.hrtime.bigint() - start) / 1e9)

for (const file of files.values()) closeSync(file)
