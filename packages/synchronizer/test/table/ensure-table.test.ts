import { Deadline, PravegaError } from '@pravega-ts/model'
import { describe, expect, it } from 'vitest'
import { ensureTable } from '../../src/table/ensure-table.ts'
import { ModelTable } from './model-table.ts'

/** A table whose server needs so many questions until it has forgotten a deleted one of that name. */
function forgetting(questions: number): ModelTable {
  const table = new ModelTable()
  table.exists = false
  const { create, info } = table
  let left = questions
  table.create = async () => (left-- > 0 ? false : await create.call(table))
  table.info = async call => {
    if (left >= 0) throw new PravegaError('NO_SUCH_SEGMENT', 'deleted')
    return await info.call(table, call)
  }
  return table
}

describe('making a table', () => {
  it.each([0, 1, 3])('waits for a server to forget a deleted one: %i questions', async questions => {
    using deadline = new Deadline('making a table', { timeoutMs: 10_000 })
    const table = forgetting(questions)
    await ensureTable(table, deadline, 1)
    expect(table.exists).toBe(true)
  })

  it('does not wait when there is no time for it', async () => {
    using deadline = new Deadline('making a table', { timeoutMs: 10_000 })
    const table = forgetting(Number.POSITIVE_INFINITY)
    await expect(ensureTable(table, deadline)).rejects.toMatchObject({ code: 'UNAVAILABLE', retriable: false })
  })

  it('takes one that is there', async () => {
    using deadline = new Deadline('making a table', {})
    const table = new ModelTable()
    await ensureTable(table, deadline)
    expect(table.requests).toEqual(['create', 'info'])
  })
})
