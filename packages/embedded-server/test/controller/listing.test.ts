import type { JsonValue } from '@bufbuild/protobuf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PAGE_SIZE, type Page, pageByBucket, pageByName } from '../../src/controller/domain/paging.ts'
import { ControllerHarness, streamConfig } from './controller-harness.ts'

type Lister = (names: readonly string[], token: string) => Page<string>

/** All pages up to the first empty one. */
function pages(list: Lister, names: readonly string[]): string[][] {
  const result: string[][] = []
  let token = ''
  for (;;) {
    const page = list(names, token)
    if (page.items.length === 0) return result
    result.push([...page.items])
    token = page.token
  }
}

const byName: Lister = (names, token) => pageByName('list', names, token)
const byBucket: Lister = (names, token) => pageByBucket('list', names, token)
const names = Array.from({ length: 2 * PAGE_SIZE + 40 }, (_, i) => `stream-${i}`)

describe('pages', () => {
  test.each([
    ['by name', byName],
    ['by bucket', byBucket],
  ])('%s give every name once', (_, list) => {
    expect(pages(list, names).flat().sort()).toEqual([...names].sort())
  })

  test('by name are full up to the last one', () => {
    expect(pages(byName, names).map(page => page.length)).toEqual([PAGE_SIZE, PAGE_SIZE, 40])
  })

  test('by bucket are short', () => {
    expect(pages(byBucket, names).length).toBe(25)
  })

  test('do not shift when names come and go', () => {
    const first = byName(names, '')
    const changed = [...names.filter(name => !first.items.includes(name)), 'a-new-one']
    expect(byName(changed, first.token).items).toEqual(byName(names, first.token).items)
  })

  test.each([
    ['by name', byName],
    ['by bucket', byBucket],
  ])('%s end with an empty one, for a token of another list too', (_, list) => {
    const foreign = pageByName('other list', names, '').token
    expect(list(names, foreign)).toEqual({ items: [], token: foreign })
    expect(list(names, 'garbage')).toEqual({ items: [], token: 'garbage' })
  })

  test('by name give the last token back', () => {
    const { token } = byName(['one'], '')
    expect(byName(['one'], token)).toEqual({ items: [], token })
  })
})

describe('streams by tag', () => {
  let controller: ControllerHarness
  beforeEach(async () => {
    controller = await new ControllerHarness().start()
    await controller.ok('createScope', { scope: 'a' })
  })
  afterEach(() => controller.stop())

  async function tagged(tag: string): Promise<string[]> {
    const found: string[] = []
    let token = ''
    for (;;) {
      const request: JsonValue = { scope: { scope: 'a' }, tag, continuationToken: { token } }
      const page = (await controller.ok('listStreamsInScopeForTag', request)) as {
        streams: { stream: string }[]
        continuationToken: { token: string }
      }
      if (page.streams.length === 0) return found.sort()
      found.push(...page.streams.map(({ stream }) => stream))
      token = page.continuationToken.token
    }
  }

  test('follow updates and deletes', async () => {
    for (const stream of ['x', 'y', 'z']) {
      await controller.ok('createStream', { ...streamConfig('a', stream, 1), tags: { tag: ['red', stream] } })
    }
    expect(await tagged('red')).toEqual(['x', 'y', 'z'])
    await controller.ok('updateStream', { ...streamConfig('a', 'x', 1), tags: { tag: ['blue'] } })
    await controller.ok('sealStream', { scope: 'a', stream: 'y' })
    await controller.ok('deleteStream', { scope: 'a', stream: 'y' })
    expect(await tagged('red')).toEqual(['z'])
    expect(await tagged('blue')).toEqual(['x'])
    expect(await tagged('re')).toEqual([])
  })
})
