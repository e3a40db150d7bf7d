import type { PravegaError } from '@pravega-ts/model'
import { expect } from 'vitest'

/** Runs what must be refused as INVALID_CONFIG and returns all that a user can read of the error. */
export function refused(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', retriable: false })
    return (error as PravegaError).message
  }
  throw new Error('was not refused')
}
