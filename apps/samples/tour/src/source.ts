import { glob, open, readFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is written: where it comes from, and what it says. */
export interface Piece {
  /** Pieces of one key keep their order. */
  readonly key: string
  /** Counts the pieces of a key, from 0. */
  readonly number: number
  readonly name: string
  readonly text: string
}

/** Where pieces come from. */
export interface Source {
  readonly description: string
  readonly pieces: readonly Piece[]
}

const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url))
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', 'target'])
/** Larger ones would be large events; this is about many small ones. */
const LARGEST_PIECE = 256 * 1024

/** Every file of this project, keyed by its folder. */
export async function projectFiles(): Promise<Source> {
  const numbered = numbering()
  const pieces: Piece[] = []
  const files = glob('**', { cwd: PROJECT, withFileTypes: true, exclude: ({ name }) => isForeign(name) })
  const paths: string[] = []
  for await (const entry of files) {
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name).slice(PROJECT.length))
  }
  for (const path of paths.sort()) {
    const text = await readFile(join(PROJECT, path), 'utf8')
    if (text.length <= LARGEST_PIECE) pieces.push(numbered(dirname(path).replaceAll(sep, '/'), path, text))
  }
  return { description: 'every file of this project, keyed by its folder', pieces }
}

/** Every line of a file, keyed by its first word. */
export async function linesOf(file: string): Promise<Source> {
  const numbered = numbering()
  const pieces: Piece[] = []
  await using handle = await open(file)
  for await (const line of handle.readLines()) {
    const [word = ''] = /\S+/.exec(line) ?? []
    pieces.push(numbered(word, `line ${pieces.length + 1}`, line))
  }
  return { description: `every line of ${file}, keyed by its first word`, pieces }
}

/** Hidden files are left out too. */
function isForeign(name: string): boolean {
  return name.startsWith('.') || NOT_OURS.has(name)
}

function numbering(): (key: string, name: string, text: string) => Piece {
  const next = new Map<string, number>()
  return (key, name, text) => {
    const number = next.get(key) ?? 0
    next.set(key, number + 1)
    return { key, number, name, text }
  }
}
