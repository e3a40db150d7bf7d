export { roundtrip } from './roundtrip.ts'
