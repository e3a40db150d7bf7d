export type { Clock, Scheduled } from './operations/clock.ts'
export { TestClock } from './operations/test-clock.ts'
export {
  type ControllerServer,
  type ControllerServerOptions,
  type RecurringWork,
  startControllerServer,
} from './service/controller-server.ts'
export { type ControllerState, MemoryControllerState } from './state/controller-state.ts'
