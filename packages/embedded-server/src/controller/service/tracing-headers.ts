import type { Metadata } from '@grpc/grpc-js'

const INTEGER = /^[+-]?\d+$/

/** Whether the headers by which Java clients trace a call can be read. As in Pravega, one without the other is passed over. */
export function areTracingHeadersReadable(metadata: Metadata): boolean {
  const id = metadata.get('requestid')[0]?.toString()
  if (id === undefined || metadata.get('requestdescriptor').length === 0) return true
  return INTEGER.test(id) && BigInt.asIntN(64, BigInt(id)) === BigInt(id)
}
