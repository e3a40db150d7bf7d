import { TestClock } from '../../src/controller/index.ts'

/** Time that stands still until it is moved. */
export class ManualClock extends TestClock {
  constructor() {
    super(1_800_000_000_000)
  }
}
