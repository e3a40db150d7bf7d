/**
 * Turns events into bytes and back. Ready ones: {@link bytesSerializer}, {@link utf8Serializer}, {@link jsonSerializer},
 * {@link schemaSerializer}.
 */
export interface Serializer<T> {
  /**
   * @returns the bytes of the event, any number of them, also none; they are copied before `writeEvent` returns
   * @throws anything; the caller gets it as the cause of `SERIALIZATION_FAILED`
   */
  serialize(event: T): Uint8Array
  /**
   * @param bytes - A view on received memory. Copy what is kept.
   * @throws anything; the caller gets it as the cause of `SERIALIZATION_FAILED`, with segment and offset
   */
  deserialize(bytes: Uint8Array): T
  /**
   * For serializers that can do without an intermediate buffer: most bytes that {@link encodeInto} may write. Given together
   * with `encodeInto`, or not at all.
   */
  maxLength?(event: T): number
  /**
   * Writes the event to `target` at `offset`, where at least `maxLength(event)` bytes are free.
   *
   * @returns how many bytes were written
   */
  encodeInto?(event: T, target: Uint8Array, offset: number): number
  /**
   * For serializers that can do without a view of their own: as {@link deserialize}, of the `length` bytes of `source` from `offset`
   * on. Default: `deserialize` is given a view.
   */
  decodeFrom?(source: Uint8Array, offset: number, length: number): T
}
