import { type Channel, channel } from 'node:diagnostics_channel'

/** The `node:diagnostics_channel` of a name, with the type of what is published there. */
export function diagnosticsChannel<T>(name: string): Channel<unknown, T> {
  return channel(name) as Channel<unknown, unknown> as Channel<unknown, T>
}
