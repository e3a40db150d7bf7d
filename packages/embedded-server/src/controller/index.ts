export type { Clock, Scheduled } from '../time/clock.ts'
export { TestClock } from '../time/test-clock.ts'
export {
  type ControllerServer,
  type ControllerServerOptions,
  type RecurringWork,
  startControllerServer,
} from './service/controller-server.ts'
export { type ControllerState, MemoryControllerState } from './state/controller-state.ts'
