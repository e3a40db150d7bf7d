export type { Clock, Scheduled } from './operations/clock.ts'
export type { LeaseLimits } from './operations/context.ts'
export {
  type ControllerServer,
  type ControllerServerOptions,
  type ControllerTls,
  startControllerServer,
} from './service/controller-server.ts'
export { type ControllerState, MemoryControllerState } from './state/controller-state.ts'
export { MemoryRecordTable, type RecordTable } from './state/record-table.ts'
