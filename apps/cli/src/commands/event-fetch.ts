import { bytesSerializer, type EventPointer } from '@pravega-ts/client'
import { connected, type Run } from '../command.ts'
import type { ConnectionFlags } from '../connection-flags.ts'
import { eventLine } from './event-text.ts'

export const fetchOneEvent: Run<ConnectionFlags, [EventPointer]> = connected(
  async ({ cli, factory, output, call }, _, pointer) => {
    const event = await factory.fetchEvent(pointer, bytesSerializer, call)
    cli.stdout.write(eventLine(event, output.json, false))
  },
)
