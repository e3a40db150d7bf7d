import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { type Endpoint, formatEndpoint } from '@pravega-ts/model'
import type { Carrier, Channel, HeaderFields, OpenChannel } from './channel.ts'

/**
 * Spreads calls over a list of controllers in turn, over those that are connected; where none is, the first that connects
 * gets the call. One channel per controller, because the name to check in its certificate belongs to the channel.
 */
export class Balancer implements Carrier {
  private readonly load: () => Promise<OpenChannel>
  private opener: Promise<OpenChannel> | undefined
  private channels = new Map<string, Channel>()
  private list: readonly Endpoint[]
  private turn = 0
  private closed = false

  /** @param load - Called once, when the first call is made: the library behind it is not loaded before. */
  constructor(load: () => Promise<OpenChannel>, endpoints: readonly Endpoint[]) {
    this.load = load
    this.list = endpoints
  }

  get endpoints(): readonly Endpoint[] {
    return this.list
  }

  /** Whether any controller is connected at the moment. */
  get connected(): boolean {
    return [...this.channels.values()].some(channel => channel.connected)
  }

  /** Replaces the list. Calls in flight to controllers that are not in it any more finish. */
  replace(endpoints: readonly Endpoint[]): void {
    this.list = endpoints
    const kept = new Set(endpoints.map(formatEndpoint))
    for (const [name, channel] of this.channels) {
      if (kept.has(name)) continue
      this.channels.delete(name)
      channel.close()
    }
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderFields | undefined,
    input: MessageInitShape<I>,
  ): Promise<{ readonly message: MessageShape<O> }> {
    this.opener ??= this.load()
    const channel = await this.pick(await this.opener, signal)
    return channel.unary(method, signal, timeoutMs, header, input)
  }

  close(): void {
    this.closed = true
    this.replace([])
  }

  private async pick(open: OpenChannel, signal: AbortSignal | undefined): Promise<Channel> {
    if (this.closed) throw new ConnectError('closed', Code.Unavailable)
    const [only] = this.list
    if (only !== undefined && this.list.length === 1) return this.channelTo(only, open)
    const start = this.turn++
    const order = this.list.map((_, i) => this.channelTo(this.list[(start + i) % this.list.length] as Endpoint, open))
    const [first] = order
    if (first === undefined) throw new ConnectError('not sent: the list of controllers is empty', Code.Unavailable)
    const ready = order.find(channel => channel.connected)
    if (ready === undefined) return (await firstOf(order.map(whenConnected), signal)) ?? first
    for (const channel of order) if (!channel.connected) void channel.connect()
    return ready
  }

  private channelTo(endpoint: Endpoint, open: OpenChannel): Channel {
    const name = formatEndpoint(endpoint)
    const channel = this.channels.get(name) ?? open(endpoint)
    this.channels.set(name, channel)
    return channel
  }
}

async function whenConnected(channel: Channel): Promise<Channel> {
  if (await channel.connect()) return channel
  throw new ConnectError('not connected', Code.Unavailable)
}

/** The first that connects; undefined when none does or the call is over. */
function firstOf(waiting: readonly Promise<Channel>[], signal: AbortSignal | undefined): Promise<Channel | undefined> {
  return new Promise(resolve => {
    const over = (channel?: Channel) => {
      signal?.removeEventListener('abort', aborted)
      resolve(channel)
    }
    const aborted = () => over()
    signal?.addEventListener('abort', aborted, { once: true })
    Promise.any(waiting).then(over, aborted)
  })
}
