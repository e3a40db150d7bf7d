import { it } from 'vitest'
import type { ForeignRust } from '../../../src/foreign-rust.ts'
import type { Stage } from '../stage.ts'

/**
 * What Rust is told of what is not there, not allowed or over: by a part of its failure, or by its answer. What it asks again for a
 * minute is left out.
 */
export function rustRefusals({ other: rust, open }: Stage<ForeignRust>): void {
  it('what is refused: each with the failure that it should be', async ({ expect }) => {
    await using scene = await open('rust-refused')
    const { scope } = scene
    const [fine, sealed] = [String(await scene.stream()), String(await scene.stream())]
    await scene.manager.sealStream(sealed)
    const [none, nowhere] = [`${scope}/none`, `${scope}-none/none`]
    const table = `${scope}/table`
    const whole = { ranges: [{ from: 0, to: 1 }], epoch: 0 }
    const cases: [command: string, request: object, outcome: unknown][] = [
      ['streams.createScope', { scope: 'bad name' }, 'Invalid scope'],
      ['streams.deleteScope', { scope: `${scope}-none` }, [false]],
      ['streams.deleteScope', { scope }, 'Scope not empty'],
      ['streams.list', { scope: `${scope}-none` }, [[]]],
      ['streams.listByTag', { scope: `${scope}-none`, tag: 'x' }, [[]]],
      ['streams.create', { stream: nowhere }, 'Invalid Stream/Scope Not Found'],
      ['streams.create', { stream: `${scope}/bad name` }, 'Invalid Stream/Scope Not Found'],
      ['streams.update', { stream: none }, 'Stream/Scope Not Found'],
      ['streams.update', { stream: sealed }, [true]],
      ['streams.configuration', { stream: none }, 'NotFound'],
      ['streams.tags', { stream: none }, 'NotFound'],
      ['streams.exists', { stream: nowhere }, [false]],
      ['streams.seal', { stream: none }, 'Stream/Scope Not Found'],
      ['streams.seal', { stream: sealed }, [true]],
      ['streams.delete', { stream: none }, [false]],
      ['streams.delete', { stream: fine }, 'Stream Not Sealed'],
      ['streams.segments', { stream: none }, 'NotFound'],
      ['streams.segments', { stream: sealed }, [[]]],
      ['streams.head', { stream: none }, 'NotFound'],
      ['streams.truncate', { stream: sealed, cut: [{ segment: '0', offset: '0' }] }, [true]],
      ['streams.scale', { stream: fine, sealed: ['5'], ...whole }, 'PreconditionFailed'],
      ['streams.scale', { stream: sealed, sealed: ['0'], ...whole }, 'Operation failed'],
      ['transactions.begin', { stream: none }, 'NotFound'],
      ['bytes.bounds', { stream: none }, 'NotFound'],
      ['bytes.read', { stream: sealed, length: 5 }, [{ text: '', offset: '0' }]],
      // Beyond the end there is nothing to drop; the client reads the answer in its own way.
      ['bytes.truncate', { stream: fine, offset: 100_000 }, 'NoSuchSegment'],
      ['bytes.write', { stream: sealed, chunks: [{ text: 'late' }] }, 'RecvError'],
      ['tables.remove', { table, key: 'a' }, [true]],
      ['tables.removeIf', { table, key: 'a', version: '5' }, 'KeyDoesNotExist'],
      ['tables.insertIf', { table, key: 'b', value: 1, version: '5' }, 'TableKeyDoesNotExist'],
      ['tables.insert', { table, key: 'k'.repeat(9_000), value: 1 }, 'ErrorMessage'],
      ['tables.insert', { table, key: 'k', value: 'v'.repeat(1_100_000) }, 'ErrorMessage'],
      ['events.deleteGroup', { group: none }, [true]],
      ['index.search', { stream: fine, time: 1 }, 'FieldNotFound'],
    ]
    const outcome = async ([command, request, expected]: (typeof cases)[number]): Promise<unknown> => {
      try {
        return [await rust.request(command, { ...request })]
      } catch (failure) {
        const text = String(failure)
        return typeof expected === 'string' && text.includes(expected) ? expected : text
      }
    }
    const outcomes = await Promise.all(cases.map(outcome))
    const told = (found: readonly unknown[]): unknown => cases.map(([command], n) => [command, found[n]])
    expect(told(outcomes)).toEqual(told(cases.map(([, , expected]) => expected)))
  })
}
