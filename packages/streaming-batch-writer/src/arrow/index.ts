export type { RecordBatch } from 'apache-arrow'
export { insertOfBatch, migrationOfSchema } from './arrow-messages.ts'
export { arrowRows } from './arrow-rows.ts'
