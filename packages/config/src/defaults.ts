/** Some of the settings of a group; `undefined` means the default. */
export type Some<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** The defaults, with those settings in their place that are given. Frozen. */
export function withDefaults<T extends object>(defaults: T, given: Some<T> = {}): T {
  const stated = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.freeze({ ...defaults, ...Object.fromEntries(stated) })
}
