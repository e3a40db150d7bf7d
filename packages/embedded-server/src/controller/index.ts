export type { Clock, Scheduled } from '../time/clock.ts'
export { TestClock } from '../time/test-clock.ts'
export {
  type ControllerServer,
  type ControllerServerOptions,
  openControllerPort,
  type RecurringWork,
  serveController,
  startControllerServer,
} from './service/controller-server.ts'
export { type ControllerState, MemoryControllerState } from './state/controller-state.ts'
