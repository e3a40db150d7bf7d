export type { Clock, Scheduled } from './operations/clock.ts'
export {
  type ControllerServer,
  type ControllerServerOptions,
  startControllerServer,
} from './service/controller-server.ts'
export { type ControllerState, MemoryControllerState } from './state/controller-state.ts'
