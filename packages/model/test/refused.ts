import type { PravegaError } from '@pravega-ts/model'
import { expect } from 'vitest'

/** Runs what must be refused as INVALID_ARGUMENT and returns the message, which is at least a value, a rule and a remedy. */
export function refused(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', retriable: false })
    const { message } = error as PravegaError
    expect(message).toMatch(/^.+ is refused: .+\. .+\.$/)
    return message
  }
  throw new Error('was not refused')
}
