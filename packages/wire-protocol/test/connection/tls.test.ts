import { describe, expect, it } from 'vitest'
import { identity } from '../../../../tools/testing/certificates.ts'
import { open, Recorder } from '../support/client.ts'
import { polite, startPeer } from '../support/peer.ts'

const tls = await identity(['127.0.0.1'])
const trust = { ca: tls.cert }

describe('TLS', () => {
  it('carries frames of any size', async () => {
    const data = new Uint8Array(3_000_000).map((_, index) => index % 251)
    await using peer = await startPeer({
      tls,
      onCommand(command, from) {
        polite(command, from)
        if (command.command !== 'ReadSegment') return
        const { segment, offset, requestId } = command
        from.send({ command: 'SegmentRead', segment, offset, requestId, atTail: true, endOfSegment: false, data })
      },
    })
    await using connection = await open(peer.endpoint, { tls: trust })
    const flow = connection.openFlow(new Recorder())
    const request = {
      command: 'ReadSegment',
      segment: 's',
      offset: 0n,
      suggestedLength: 1,
      delegationToken: '',
    } as const
    const reply = await flow.request(requestId => ({ ...request, requestId }))
    expect(reply.command === 'SegmentRead' && Buffer.compare(reply.data, data)).toBe(0)
  })

  it('is refused with a certificate that is not trusted', async () => {
    await using peer = await startPeer({ tls })
    await expect(open(peer.endpoint, { tls: {} })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('check the trusted certificates'),
    })
  })

  it('is refused when the certificate names another host', async () => {
    await using peer = await startPeer({ tls })
    await expect(open(peer.endpoint, { tls: { ...trust, servername: 'elsewhere.example' } })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('host name in the certificate'),
    })
  })

  it('towards a plain server fails with a hint', async () => {
    await using peer = await startPeer({ onConnection: socket => socket.on('data', () => socket.destroy()) })
    await expect(open(peer.endpoint, { tls: trust })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('check that it speaks TLS'),
    })
  })

  it('is hinted at when a plain client meets it', async () => {
    await using peer = await startPeer({ tls })
    await expect(open(peer.endpoint)).rejects.toMatchObject({ message: expect.stringContaining('may expect TLS') })
  })
})
