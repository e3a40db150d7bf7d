import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { parse } from 'csv-parse'
import type { Row, Table } from './table.ts'

async function* csvRows(file: string): AsyncGenerator<Row> {
  const input = createReadStream(file)
  const rows = input.pipe(parse({ bom: true, columns: true, skip_empty_lines: true }))
  input.on('error', error => rows.destroy(error))
  yield* rows
}

async function* jsonRows(file: string): AsyncGenerator<Row> {
  await using handle = await open(file)
  let number = 0
  for await (const line of handle.readLines()) {
    number += 1
    if (line.trim() !== '') yield rowOf(line, `${file}:${number}`)
  }
}

function rowOf(line: string, place: string): Row {
  let row: unknown
  try {
    row = JSON.parse(line)
  } catch (cause) {
    throw new TypeError(`${place} is no JSON`, { cause })
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Row
  throw new TypeError(`${place} is no JSON object; give one in each line`)
}

/** All columns that any row has. Text is all that CSV knows. */
async function columnsOf(rows: AsyncIterable<Row>, type: string): Promise<Record<string, string>> {
  const names = new Set<string>()
  for await (const row of rows) for (const name of Object.keys(row)) names.add(name)
  return Object.fromEntries(Array.from(names, name => [name, type]))
}

/** The table in a file, named as the file is. It has no key: each row is one. */
export async function tableInFile(file: string): Promise<Table> {
  const extension = extname(file)
  const isCsv = extension.toLowerCase() === '.csv'
  const rows = isCsv ? csvRows : jsonRows
  return {
    name: basename(file, extension),
    origin: file,
    columns: await columnsOf(rows(file), isCsv ? 'text' : 'json'),
    primaryKey: [],
    rows: () => rows(file),
  }
}
