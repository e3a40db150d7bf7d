export { type ArrowIpcOptions, arrowIpc } from './arrow-ipc.ts'
