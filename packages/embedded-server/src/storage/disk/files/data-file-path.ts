import { join } from 'node:path'

const NAME = /^(\d+)\.data$/

export function dataFilePath(directory: string, number: number): string {
  return join(directory, `${number}.data`)
}

/** The number in the name of a data file; undefined for other names. */
export function dataFileNumber(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
