import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DescEnum, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import * as generated from '../src/generated/index.ts'
import { schema } from './support/wire-codec.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const committed = fileURLToPath(new URL('../src/generated', import.meta.url))

const files = [
  generated.file_pravega_controller_v1_cluster,
  generated.file_pravega_controller_v1_controller_service,
  generated.file_pravega_controller_v1_key_value_tables,
  generated.file_pravega_controller_v1_reader_groups,
  generated.file_pravega_controller_v1_scaling,
  generated.file_pravega_controller_v1_scopes,
  generated.file_pravega_controller_v1_segments,
  generated.file_pravega_controller_v1_streams,
  generated.file_pravega_controller_v1_transactions,
  generated.file_pravega_controller_v1_watermarks,
]

const local = (typeName: string) => typeName.slice(schema.package.length + 1)
const withNested = (message: DescMessage): readonly DescMessage[] => [
  message,
  ...message.nestedMessages.flatMap(withNested),
]
const allMessages = files.flatMap(file => file.messages).flatMap(withNested)
const allEnums: readonly DescEnum[] = [...files.flatMap(file => file.enums), ...allMessages.flatMap(m => m.nestedEnums)]

function typeOf(field: DescMessage['fields'][number]): string {
  const scalar = (type: ScalarType) => ScalarType[type].toLowerCase()
  switch (field.fieldKind) {
    case 'map':
      return `map<${scalar(field.mapKey)},${field.mapKind === 'message' ? local(field.message.typeName) : scalar(field.scalar as ScalarType)}>`
    case 'message':
      return local(field.message.typeName)
    case 'enum':
      return local(field.enum.typeName)
    case 'list':
      return field.listKind === 'message' ? local(field.message.typeName) : scalar(field.scalar as ScalarType)
    case 'scalar':
      return scalar(field.scalar)
  }
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

test('the table has 47 methods, 76 messages, 162 fields and 29 enums', () => {
  expect(schema.methods).toHaveLength(47)
  expect(schema.messages).toHaveLength(76)
  expect(schema.messages.flatMap(message => message.fields)).toHaveLength(162)
  expect(schema.enums).toHaveLength(29)
})

test('the service has the methods of the table, all unary', () => {
  expect(generated.ControllerService.typeName).toBe(`${schema.package}.${schema.service}`)
  const methods = generated.ControllerService.methods.map(method => ({
    name: method.name,
    request: local(method.input.typeName),
    response: local(method.output.typeName),
  }))
  expect(methods.sort(byName)).toEqual([...schema.methods].sort(byName))
  expect(new Set(generated.ControllerService.methods.map(method => method.methodKind))).toEqual(new Set(['unary']))
})

test('the messages have the fields, numbers, types and JSON names of the table', () => {
  const messages = allMessages.map(message => ({
    name: local(message.typeName),
    fields: message.fields.map(field => {
      expect(field.jsonName).toBe(field.name)
      return {
        number: field.number,
        name: field.name,
        type: typeOf(field),
        ...(field.fieldKind === 'enum' && { enum: true }),
        ...(field.fieldKind === 'list' && { repeated: true }),
        ...(field.deprecated && { deprecated: true }),
      }
    }),
  }))
  expect(messages.sort(byName)).toEqual([...schema.messages].sort(byName))
})

test('the enums have the values of the table', () => {
  const enums = allEnums.map(type => ({
    name: local(type.typeName),
    values: Object.fromEntries(type.values.map(value => [value.name, value.number])),
  }))
  expect(enums.sort(byName)).toEqual([...schema.enums].sort(byName))
})

test('the committed code is what proto/ generates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pravega-generated-'))
  try {
    const bin = join(root, 'node_modules', '.bin')
    execFileSync(join(bin, 'buf'), ['generate', '--output', join(folder, 'proto')], {
      cwd: join(root, 'proto'),
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
      shell: process.platform === 'win32',
    })
    const fresh = join(folder, 'packages', 'controller-client', 'src', 'generated')
    const list = (directory: string) =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('_pb.ts'))
        .sort()
    expect(list(fresh)).toHaveLength(files.length)
    expect(list(committed)).toEqual(list(fresh))
    for (const name of list(fresh)) {
      expect(readFileSync(join(committed, name), 'utf8'), name).toBe(readFileSync(join(fresh, name), 'utf8'))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
