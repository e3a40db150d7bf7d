import type { TablePut } from '@pravega-ts/segment-client'
import { encodeBody, encodeKey, mapVersionBody, valueBody } from '../../src/table/entry-format.ts'
import { openTableSynchronizer } from '../../src/table/open-table-synchronizer.ts'
import type { TableSynchronizer, TableSynchronizerOptions, TableValuePut } from '../../src/table/table-synchronizer.ts'
import type { TableView } from '../../src/table/table-view.ts'
import type { ModelTable } from './model-table.ts'

export function member(table: ModelTable, options?: TableSynchronizerOptions): Promise<TableSynchronizer> {
  return openTableSynchronizer({ table: () => table }, table.segment, options)
}

export function value(outer: string, inner: string, data: unknown): TableValuePut {
  return { outer, inner, typeId: 'test', data }
}

/** Everything in a view, as plain data. */
export function plain(view: TableView): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    [...view.outerNames].sort().map(outer => {
      const values = [...view.innerMap(outer)].map(([inner, { data }]) => [inner, data] as const)
      return [outer, Object.fromEntries(values.sort(([a], [b]) => (a < b ? -1 : 1)))]
    }),
  )
}

/** What a Rust client writes for some values: items, and for each the version of its outer map. */
export function rustEntries(values: readonly { outer: string; inner: string; document: Uint8Array }[]): TablePut[] {
  return values.flatMap(({ outer, inner, document }) => [
    {
      key: encodeKey({ outer, inner }),
      value: encodeBody(valueBody('test', document)),
    },
    {
      key: encodeKey({ outer, inner: undefined }),
      value: encodeBody(mapVersionBody({ writes: [], since: undefined }, 0n)),
    },
  ])
}
