import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { humanDuration, humanSize, table } from '../src/human.ts'
import { ProgressLine, progressText } from '../src/progress.ts'
import { parseDuration, parseSize } from '../src/values/quantities.ts'

it.each([
  [0n, '0 bytes'],
  [1n, '1 byte'],
  [1023n, '1023 bytes'],
  [1024n, '1.0 KiB'],
  [1_572_864n, '1.5 MiB'],
  [2n ** 62n, '4.0 EiB'],
])('%i bytes are shown as %s', (bytes, text) => expect(humanSize(bytes)).toBe(text))

it.each([
  ['4096', 4096n],
  ['64KiB', 65_536n],
  ['64k', 65_536n],
  ['1GB', 1_000_000_000n],
  ['3 tib', 3n * 2n ** 40n],
])('%s is a size', (text, bytes) => expect(parseSize(text)).toBe(bytes))

it.each([
  ['500ms', 500, '1s'],
  ['90s', 90_000, '1m30s'],
  ['1.5h', 5_400_000, '1h30m'],
  ['7d', 604_800_000, '7d'],
])('%s is a duration', (text, ms, shown) => {
  expect(parseDuration(text)).toBe(ms)
  expect(humanDuration(ms)).toBe(shown)
})

it('puts cells below each other', () => {
  expect(
    table([
      ['a', 'bb', 'c'],
      ['aaa', 'b'],
    ]),
  ).toBe('a    bb  c\naaa  b')
})

it('says how far it is, how fast, and how long it takes', () => {
  expect(progressText('written', 10n * 1_048_576n, 40n * 1_048_576n, 2_000)).toBe(
    'written 10.0 MiB of 40.0 MiB, 25%, 5.0 MiB/s, 6s left',
  )
  expect(progressText('read', 1024n, undefined, 1_000)).toBe('read 1.0 KiB, 1.0 KiB/s')
  expect(progressText('read', 0n, 0n, 0)).toBe('read 0 bytes, 0 bytes/s')
})

function terminal(isTTY: boolean, columns: number): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns }) as unknown as NodeJS.WriteStream
  return { stream, text: () => String(stream.read() ?? '') }
}

it.each([
  [0, 79],
  [20, 19],
])('keeps to one line of a terminal with %i columns, and takes it away', (columns, shown) => {
  const { stream, text } = terminal(true, columns)
  {
    using line = new ProgressLine(stream, true, 'a verb that is too long for the line'.repeat(4), undefined)
    line.update(5n)
    expect(text()).toMatch(new RegExp(`^\\r[^\\r\\n]{${shown}}\\x1b\\[K$`))
  }
  expect(text()).toBe('\r\x1b[K')
})

it.each([
  ['where there is no terminal', false, true],
  ['when it is not wanted', true, false],
])('says nothing %s', (_, isTTY, shown) => {
  const { stream, text } = terminal(isTTY, 80)
  {
    using line = new ProgressLine(stream, shown, 'written', 10n)
    line.update(5n)
  }
  expect(text()).toBe('')
})
