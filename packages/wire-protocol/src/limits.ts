/** Wire versions this package speaks: `high` is that of Pravega 0.13, `low` the oldest that is still accepted. */
export const WIRE_VERSION: { readonly high: number; readonly low: number } = { high: 16, low: 5 }

/** In front of every frame: i32 type, i32 length of the payload. */
export const FRAME_HEADER_BYTES = 8

/**
 * Largest frame in bytes. Servers count the header and drop the connection on one byte more; a client accepts a
 * payload of that size.
 */
export const MAX_FRAME_BYTES = 16_777_215

/** Most data bytes that fit into one AppendBlockEnd that servers take. */
export const MAX_APPEND_BYTES = 16_777_163

/** "None" among event numbers and attribute values: -2^63. */
export const NO_EVENT_NUMBER: bigint = -(2n ** 63n)
