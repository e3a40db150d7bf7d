import { PravegaError } from '@pravega-ts/model'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Serializer } from '../serializer.ts'
import { jsonSerializer } from './json-serializer.ts'

/** Options of {@link schemaSerializer}. */
export interface SchemaSerializerOptions {
  /** When events are held against the schema. Default `'always'`. */
  readonly validate?: 'always' | 'onRead' | 'onWrite' | undefined
  /** What turns events into bytes and back. Default {@link jsonSerializer}. */
  readonly over?: Serializer<unknown> | undefined
}

/** So many issues are told in a message; all of them are in its details. */
const ISSUES_TOLD = 3

/**
 * Events that match a schema of any library that has Standard Schemas (Zod, Valibot, ArkType and others).
 *
 * What is read is what the schema makes of it: defaults filled in, values transformed. What is written is the event as it is given,
 * after the schema has been asked; a schema whose results it would not take as input itself needs `validate: 'onRead'`.
 *
 * What does not match fails with `SERIALIZATION_FAILED`; its cause has the schema's `details.issues`. Schemas that validate
 * asynchronously are refused with `INVALID_ARGUMENT` as that cause.
 */
export function schemaSerializer<S extends StandardSchemaV1>(
  schema: S,
  options: SchemaSerializerOptions = {},
): Serializer<StandardSchemaV1.InferOutput<S>> {
  const { validate = 'always', over = jsonSerializer<unknown>() } = options
  const check = (value: unknown): StandardSchemaV1.InferOutput<S> => matching(schema['~standard'], value)
  return {
    serialize(event) {
      if (validate !== 'onRead') check(event)
      return over.serialize(event)
    },
    deserialize(bytes) {
      const value = over.deserialize(bytes)
      return validate === 'onWrite' ? (value as StandardSchemaV1.InferOutput<S>) : check(value)
    },
  }
}

function matching<T>(schema: StandardSchemaV1.Props<unknown, T>, value: unknown): T {
  const result = schema.validate(value)
  if (result instanceof Promise) {
    result.catch(() => {})
    throw new PravegaError(
      'INVALID_ARGUMENT',
      `The schema of ${schema.vendor} validates asynchronously, which serializers cannot wait for. Give a schema without asynchronous parts`,
    )
  }
  const { issues } = result
  if (issues === undefined) return result.value
  const told = issues.slice(0, ISSUES_TOLD).map(phrase).join('; ')
  const rest = issues.length > ISSUES_TOLD ? ` (and ${issues.length - ISSUES_TOLD} more)` : ''
  throw new PravegaError('SERIALIZATION_FAILED', `It does not match its schema: ${told}${rest}`, {
    details: { issues },
  })
}

function phrase(issue: StandardSchemaV1.Issue): string {
  const path = issue.path?.map(part => String(typeof part === 'object' ? part.key : part)).join('.')
  return path === undefined || path === '' ? issue.message : `${path}: ${issue.message}`
}
