import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path'

/** An entry of a directory whose change may change what is found under a path. */
export interface WatchPoint {
  readonly directory: string
  readonly name: string
}

/** As many as Linux follows. */
const MOST_LINKS = 40

/**
 * What has to be watched to see that a file is replaced: the file itself and every symbolic link on the way to it, which is how
 * Kubernetes and certbot replace files. Where the way ends early, the entry that is missing.
 */
export function watchPointsOf(path: string): readonly WatchPoint[] {
  const points: WatchPoint[] = []
  const absolute = resolve(path)
  let directory = parse(absolute).root
  const ahead = partsOf(absolute)
  for (let links = 0; links <= MOST_LINKS; ) {
    const name = ahead.shift()
    if (name === undefined) return points
    if (name === '..') {
      directory = dirname(directory)
      continue
    }
    const target = linkTarget(join(directory, name))
    if (target === 'missing' || target !== 'none' || ahead.length === 0) points.push({ directory, name })
    if (target === 'missing') return points
    if (target === 'none') {
      directory = join(directory, name)
    } else {
      links++
      if (isAbsolute(target.link)) directory = parse(target.link).root
      ahead.unshift(...partsOf(target.link))
    }
  }
  return points
}

function partsOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter(part => part !== '' && part !== '.')
}

function linkTarget(path: string): 'missing' | 'none' | { readonly link: string } {
  try {
    return lstatSync(path).isSymbolicLink() ? { link: readlinkSync(path) } : 'none'
  } catch {
    return 'missing'
  }
}
