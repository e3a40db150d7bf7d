import { inParallel, PravegaError } from '@pravega-ts/model'

/**
 * Does the work for the messages of each table; different tables side by side. A table that fails does not keep the others
 * from being done.
 *
 * @throws PravegaError the failure; of several, the first with all of them as its cause
 */
export async function eachTable<M extends { readonly table: string }>(
  messages: readonly M[],
  work: (table: string, messages: readonly M[]) => Promise<void>,
): Promise<void> {
  const failures: PravegaError[] = []
  await inParallel([...Map.groupBy(messages, message => message.table)], async ([table, own]) => {
    await work(table, own).catch(error => failures.push(PravegaError.from(error)))
  })
  const [first, ...more] = failures
  if (first === undefined) return
  if (more.length === 0) throw first
  throw new PravegaError(first.code, `${failures.length} tables failed, first: ${first.message}`, {
    cause: new AggregateError(failures),
    details: first.details,
    retriable: failures.every(failure => failure.retriable),
  })
}
