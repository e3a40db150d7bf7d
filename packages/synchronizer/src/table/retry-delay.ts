/** Milliseconds to wait before a change that was refused is tried again: at random, so that members do not meet again. */
export function delayAfter(refusals: number): number {
  return refusals < 2 ? 0 : Math.random() * Math.min(500, 5 * 2 ** refusals)
}
