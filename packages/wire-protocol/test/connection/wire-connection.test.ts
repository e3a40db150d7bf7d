import { describe, expect, it } from 'vitest'
import { open, Recorder } from '../support/client.ts'
import { polite, startPeer } from '../support/peer.ts'

describe('a connection', () => {
  it('greets, carries a request and its reply, and closes in good order', async () => {
    await using peer = await startPeer({
      onCommand(command, from) {
        polite(command, from)
        if (command.command === 'SealSegment')
          from.send({ command: 'SegmentSealed', requestId: command.requestId, segment: command.segment })
      },
    })
    const connection = await open(peer.endpoint)
    expect(connection.state).toBe('ready')
    const recorder = new Recorder()
    const flow = connection.openFlow(recorder)
    const reply = await flow.request(requestId => ({
      command: 'SealSegment',
      requestId,
      segment: 's/t/0',
      delegationToken: '',
    }))
    expect(reply).toMatchObject({ command: 'SegmentSealed', segment: 's/t/0' })
    await connection.close()
    expect(connection.state).toBe('closed')
    expect(recorder.causes.map(cause => cause.code)).toEqual(['CLOSED'])
    expect(peer.peers[0]?.received[0]).toEqual({ command: 'Hello', highVersion: 16, lowVersion: 5 })
  })
})
