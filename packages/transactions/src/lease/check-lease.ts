import { PravegaError } from '@pravega-ts/model'

const SHORTEST_LEASE_MS = 10_000
const LONGEST_LEASE_MS = 600_000

/** @throws PravegaError `INVALID_ARGUMENT` */
export function checkLease(leaseMs: number): number {
  if (Number.isInteger(leaseMs) && leaseMs >= SHORTEST_LEASE_MS && leaseMs <= LONGEST_LEASE_MS) return leaseMs
  throw new PravegaError(
    'INVALID_ARGUMENT',
    `leaseMs ${leaseMs} is refused: servers take leases from ${SHORTEST_LEASE_MS} to ${LONGEST_LEASE_MS} ms. Give whole milliseconds within; a transaction lives longer than its lease as long as its process does`,
    { details: { leaseMs } },
  )
}
