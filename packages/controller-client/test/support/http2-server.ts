import { once } from 'node:events'
import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'

/** `{ exists: true }`, as a gRPC message. */
const EXISTS = Buffer.from([0, 0, 0, 0, 2, 0x08, 1])

/** What to do with a call; `answer` says that the scope exists. */
export type OnCall = (call: Http2Call, count: number) => void

export class Http2Call {
  private readonly stream: ServerHttp2Stream
  constructor(stream: ServerHttp2Stream) {
    this.stream = stream
  }
  /** @param body - Messages in frames of gRPC. */
  answer(body = EXISTS): void {
    this.stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    this.stream.on('wantTrailers', () => this.stream.sendTrailers({ 'grpc-status': '0' }))
    this.stream.end(body)
  }
  /** Says that nothing was done with it. */
  refuse(): void {
    this.stream.close(constants.NGHTTP2_REFUSED_STREAM)
  }
  goAway(): void {
    this.stream.session?.goaway(constants.NGHTTP2_NO_ERROR)
  }
  /** Cuts the connection without a word. */
  cut(): void {
    this.stream.session?.socket.destroy()
  }
}

/** An HTTP/2 server that misbehaves as it is told, below what a gRPC server would let one do. */
export async function startHttp2Server(onCall: OnCall): Promise<{ uri: string; calls: () => number; stop(): void }> {
  const server: Http2Server = createServer()
  const sessions = new Set<ServerHttp2Session>()
  let calls = 0
  server.on('session', session => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => {})
  })
  server.on('stream', stream => {
    calls += 1
    const count = calls
    stream.on('error', () => {})
    stream.resume().on('end', () => onCall(new Http2Call(stream), count))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    uri: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    stop() {
      for (const session of sessions) session.destroy()
      server.close()
    },
  }
}
