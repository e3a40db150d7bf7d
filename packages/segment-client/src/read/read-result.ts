/** What a read of a segment comes to. */
export type ReadResult =
  | {
      readonly kind: 'data'
      /** Offset of the first byte. */
      readonly offset: bigint
      /** At least one byte; a view on what was received, not a copy. */
      readonly bytes: Uint8Array
    }
  | {
      /** What stood at the offset was truncated away. Reading goes on after `seek(startOffset)` or further on. */
      readonly kind: 'truncated'
      /** Where the reader stands. */
      readonly offset: bigint
      /** First offset that can be read. */
      readonly startOffset: bigint
    }
  | {
      /** The segment is sealed and everything in it has been read. */
      readonly kind: 'endOfSegment'
      /** Length of the segment. */
      readonly offset: bigint
    }

/** What one read request comes to. */
export type SegmentPiece =
  | {
      readonly kind: 'data'
      /** Offset of the first byte. */
      readonly offset: bigint
      /** A view on what was received, not a copy. May be empty: the server gave up waiting for data. */
      readonly bytes: Uint8Array
      /**
       * A hint that there is nothing behind these bytes. Servers give it too when an append has been acknowledged an instant ago;
       * `false` tells nothing.
       */
      readonly atTail: boolean
    }
  | Exclude<ReadResult, { readonly kind: 'data' }>
