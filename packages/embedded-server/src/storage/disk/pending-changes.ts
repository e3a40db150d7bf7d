/**
 * Where changes of keys are collected until the next commit. What was put between two commits becomes durable together, in the order
 * of the commits: a group is never on disk without all groups before it. Bytes of segments that were appended in the same group are
 * on disk before its keys are.
 */
export interface PendingChanges {
  put(key: Uint8Array, value: Uint8Array): void
  remove(key: Uint8Array): void
  /**
   * Resolves when all changes so far are as durable as the sync policy promises, and can be read from the keys; undefined when there is
   * nothing to wait for.
   */
  commit(): Promise<void> | undefined
}
