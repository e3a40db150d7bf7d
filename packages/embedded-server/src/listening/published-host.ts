const ALL_ADDRESSES = ['0.0.0.0', '::', '']

/** Host under which clients find the server. */
export function publishedHost(options: {
  readonly host?: string | undefined
  readonly publishedHost?: string | undefined
}): string {
  const { host = '127.0.0.1', publishedHost: published } = options
  return published ?? (ALL_ADDRESSES.includes(host) ? '127.0.0.1' : host)
}
