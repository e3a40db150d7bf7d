import { it } from 'vitest'
import type { ForeignJava } from '../../../src/foreign-java.ts'
import type { Stage } from '../stage.ts'

const LEASE = { leaseMs: 10_000 }

/** What Java is told of what is not there, not allowed or over: by its exception, or by its answer. */
export function javaRefusals({ other: java, open }: Stage<ForeignJava>): void {
  it('what is refused: each with the exception that it should be', async ({ expect }) => {
    await using scene = await open('java-refused')
    const { scope } = scene
    const [fine, sealed] = [String(await scene.stream()), String(await scene.stream())]
    await scene.manager.sealStream(sealed)
    const [none, nowhere] = [`${scope}/none`, `${scope}-none/none`]
    const badName = `${scope}/bad name`
    const cases: [command: string, request: object, outcome: unknown][] = [
      ['createScope', { scope: 'bad name' }, 'IllegalArgumentException'],
      ['createScope', { scope: '' }, 'IllegalArgumentException'],
      ['deleteScope', { scope: `${scope}-none` }, [false]],
      ['deleteScopeRecursive', { scope: `${scope}-none` }, [true]],
      ['listStreams', { scope: `${scope}-none` }, 'NoSuchScopeException'],
      ['listStreams', { scope: `${scope}-none`, tag: 'x' }, 'NoSuchScopeException'],
      ['listStreams', { scope, tag: 'none' }, [[]]],
      ['createStream', { stream: nowhere }, 'IllegalArgumentException'],
      ['createStream', { stream: badName }, 'IllegalArgumentException'],
      ['updateStream', { stream: none }, 'IllegalArgumentException'],
      ['updateStream', { stream: sealed }, 'UnsupportedOperationException'],
      ['streamExists', { stream: nowhere }, [false]],
      ['streamTags', { stream: none }, 'StatusRuntimeException'],
      ['streamInfo', { stream: none }, 'StatusRuntimeException'],
      ['sealStream', { stream: none }, 'InvalidStreamException'],
      ['sealStream', { stream: sealed }, [true]],
      ['deleteStream', { stream: none }, [false]],
      ['currentSegments', { stream: none }, 'StatusRuntimeException'],
      ['currentSegments', { stream: sealed }, [[]]],
      ['scaleTo', { stream: none, segments: 2 }, 'StatusRuntimeException'],
      ['scaleTo', { stream: sealed, segments: 2 }, 'ControllerFailureException'],
      ['listSubscribers', { stream: none }, 'IllegalArgumentException'],
      ['beginTransaction', { stream: none, ...LEASE }, 'StatusRuntimeException'],
      [
        'getTransaction',
        { stream: fine, transaction: '00000000-0000-0000-0000-000000000001', ...LEASE },
        'StatusRuntimeException',
      ],
      ['write', { stream: sealed, events: [{ event: 'late' }] }, 'IllegalStateException'],
      ['writeBytes', { stream: none, chunks: [] }, 'StatusRuntimeException'],
      ['writeBytes', { stream: sealed, chunks: [{ text: 'late' }] }, 'IllegalStateException'],
      ['readBytes', { stream: none, length: 1 }, 'StatusRuntimeException'],
      ['readBytes', { stream: sealed, length: 5 }, [{ text: '', offset: 0 }]],
      // Beyond the end there is nothing to drop.
      ['truncateBytes', { stream: fine, offset: 1_000_000 }, [true]],
      ['createTable', { table: nowhere, partitions: 1 }, 'IllegalArgumentException'],
      ['createTable', { table: badName, partitions: 1 }, 'IllegalArgumentException'],
      ['deleteTable', { table: none }, [false]],
      ['listTables', { scope: `${scope}-none` }, 'NoSuchScopeException'],
      ['listTables', { scope }, [[]]],
      ['tableGet', { table: none, keys: [['aaaa', '00']] }, 'RuntimeException'],
      ['batchRead', { stream: none }, 'StatusRuntimeException'],
      ['revisionedRead', { stream: none }, 'InvalidStreamException'],
      ['createGroup', { group: nowhere, streams: [fine] }, 'IllegalArgumentException'],
      ['deleteGroup', { group: none }, 'RuntimeException'],
      ['onlineReaders', { group: none }, 'ReaderGroupNotFoundException'],
      ['openReader', { group: none, reader: 'nobody' }, 'InvalidStreamException'],
    ]
    const outcome = ([command, request]: (typeof cases)[number]): Promise<unknown> =>
      java.request(command, { ...request }).then(
        result => [result],
        ({ exception }) => exception,
      )
    const outcomes = await Promise.all(cases.map(outcome))
    const told = (found: readonly unknown[]): unknown =>
      cases.map(([command, request], n) => [command, request, found[n]])
    expect(told(outcomes)).toEqual(told(cases.map(([, , expected]) => expected)))
  })
}
