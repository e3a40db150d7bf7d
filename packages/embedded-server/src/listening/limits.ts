const MIB: number = 1024 * 1024

/** How long a new connection has to say something sensible, and a peer to complete what it has begun to say, in milliseconds. */
export const INTRODUCTION_MS: number = 30_000
/** A peer that sends so many bytes in that time is slow, but alive. */
export const ALIVE_BYTES: number = MIB / 4
/** So many connections are open at most, on each port, unless the server is told otherwise. */
export const MAX_CONNECTIONS: number = 16_384
/** All connections together hold at most so many bytes of commands that are not complete yet. */
export const UNFINISHED_BYTES: number = 256 * MIB
/** All connections together hold at most so many bytes that their peers do not take. */
export const UNTAKEN_BYTES: number = 256 * MIB
/** A connection is not read from while so many of the bytes it sent are not durable. */
export const OWN_UNDURABLE_BYTES: number = 64 * MIB
/** Beyond so many bytes in all, connections are not read from whose changes are not durable yet. */
export const UNDURABLE_BYTES: number = 256 * MIB
