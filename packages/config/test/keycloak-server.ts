/** An identity provider that answers calls of `fetch`. Its clock is moved by hand. */
export class FakeProvider {
  now = 1_000_000
  lifetimeSeconds = 300
  readonly requests: { readonly url: string; readonly authorization: string | null; readonly form: URLSearchParams }[] =
    []
  /** Taken in order, before any regular answer: a status, a whole response or an error to throw. */
  readonly failures: (number | Response | Error)[] = []
  private issued = 0

  /** Requests for tokens with permissions, that is finished exchanges. */
  get exchanges(): number {
    return this.requests.filter(({ form }) => form.get('audience') !== null).length
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers)
    const form = new URLSearchParams(String(init?.body))
    this.requests.push({ url: String(input), authorization: headers.get('authorization'), form })
    if (init?.method !== 'POST' || headers.get('content-type') !== 'application/x-www-form-urlencoded') {
      throw new Error('not a form')
    }
    await Promise.resolve()
    const failure = this.failures.shift()
    if (failure instanceof Error) throw failure
    if (failure instanceof Response) return failure
    if (failure !== undefined)
      return Response.json({ error: 'some_error', error_description: 'S3cret' }, { status: failure })
    if (form.get('grant_type') === 'client_credentials') {
      return Response.json({ access_token: 'access', expires_in: 60 })
    }
    this.issued++
    return Response.json({ access_token: `permissions-${this.issued}`, expires_in: this.lifetimeSeconds })
  }
}
