import type { Socket } from 'node:net'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const FRAME_HEADER_BYTES = 9
const TYPE_AT = PREFACE.byteLength + 3
const SETTINGS = 4

/** How a connection begins: an HTTP/2 client sends a fixed text, and a frame of settings behind it. */
export type Introduction = 'http2' | 'other' | 'incomplete'

/** What the first bytes of a connection tell. */
export function introductionOf(bytes: Uint8Array): Introduction {
  const known = Math.min(bytes.byteLength, PREFACE.byteLength)
  if (!PREFACE.subarray(0, known).equals(bytes.subarray(0, known))) return 'other'
  if (bytes.byteLength < PREFACE.byteLength + FRAME_HEADER_BYTES) return 'incomplete'
  return bytes[TYPE_AT] === SETTINGS ? 'http2' : 'other'
}

/** Ends a connection that does not begin as HTTP/2 does; one that does is handed on with all of its bytes. */
export function awaitIntroduction(socket: Socket, introduced: () => void): void {
  let begun: Buffer = Buffer.alloc(0)
  const look = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    begun = Buffer.concat([begun, chunk])
    const introduction = introductionOf(begun)
    if (introduction === 'incomplete') return
    socket.off('readable', look)
    socket.off('end', leave)
    if (introduction === 'other') {
      socket.destroy()
      return
    }
    socket.unshift(begun)
    introduced()
  }
  const leave = (): void => void socket.destroy()
  socket.on('readable', look)
  socket.on('end', leave)
}
