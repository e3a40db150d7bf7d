const NEW_LINE = 0x0a
const RETURN = 0x0d

/**
 * The lines of a byte stream, as the bytes that they are: without what ends them (`\n` or `\r\n`). What follows the last line end is a
 * line if it is not empty.
 */
export async function* linesOf(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Pieces of a line that has not ended yet; joined once, however many they are.
  let begun: Uint8Array[] = []
  for await (const chunk of data) {
    let from = 0
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, from)) {
      const rest = chunk.subarray(from, end)
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest])
      begun = []
      from = end + 1
      yield line.at(-1) === RETURN ? line.subarray(0, -1) : line
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
  }
  if (begun.length > 0) yield Buffer.concat(begun)
}
