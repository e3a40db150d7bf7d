export { insertOfBatch, migrationOfSchema } from './arrow-messages.ts'
export { arrowRows } from './arrow-rows.ts'
