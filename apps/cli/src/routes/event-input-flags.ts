import type { FlagParametersForType, TypedPositionalParameter } from '@stricli/core'
import type { EventInputFlags } from '../commands/event-input.ts'
import type { CliContext } from '../context.ts'

export const eventInputFlags: FlagParametersForType<EventInputFlags, CliContext> = {
  routingKey: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'text',
    brief: 'One routing key for all events',
  },
  keyBefore: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'text',
    brief: 'Each line is a key, this text, and the event',
  },
  keyField: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'name',
    brief: 'Each line is a JSON object; the key is the value of this field',
  },
  whole: {
    kind: 'boolean',
    optional: true,
    withNegated: false,
    brief: 'All of the input is one event; otherwise each line is one',
  },
}

export const eventFile: TypedPositionalParameter<string, CliContext> = {
  parse: String,
  placeholder: 'file',
  default: '-',
  brief: 'File to send; - is standard input',
}
