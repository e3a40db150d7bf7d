/** How long a new connection has to say something sensible, and a peer to complete what it has begun to say, in milliseconds. */
export const INTRODUCTION_MS: number = 30_000
/** A peer that sends so many bytes in that time is slow, but alive. */
export const ALIVE_BYTES: number = 256 * 1024
/** So many connections are open at most, on each port, unless the server is told otherwise. */
export const MAX_CONNECTIONS: number = 16_384
