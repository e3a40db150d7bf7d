import type { ReaderPosition } from '@pravega-ts/client'

/** What the `position()` of a reader gave, as text. */
export async function parseReaderPosition(text: string): Promise<ReaderPosition> {
  const { ReaderPosition } = await import('@pravega-ts/client')
  return ReaderPosition.fromText(text)
}
