import { type Metric, type MetricObjectWithValues, type MetricValueWithName, Registry } from 'prom-client'
import { Distribution } from './distribution.ts'

type Labels = Readonly<Record<string, string>>

/** A number and what it is about. */
export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

/** Durations and what they are about. */
export interface DistributionSample {
  readonly labels?: Labels
  readonly distribution: Distribution
}

/** A metric whose values are looked up when it is scraped. */
export type Described =
  | {
      readonly name: string
      readonly help: string
      readonly type: 'counter' | 'gauge'
      readonly read: () => Iterable<Sample> | Promise<Iterable<Sample>>
    }
  | {
      readonly name: string
      readonly help: string
      readonly type: 'histogram'
      readonly read: () => Iterable<DistributionSample>
    }

/** A registry of its own, so that several servers in a process do not mix. */
export function registryOf(metrics: Iterable<Described>): Registry {
  const registry = new Registry()
  for (const metric of metrics) registry.registerMetric(promMetric(metric))
  return registry
}

/** What the registry asks of a metric is its name and `get`; the counting of prom-client's own classes is not needed. */
function promMetric(described: Described): Metric {
  const { name, help, type } = described
  const get = async (): Promise<MetricObjectWithValues<MetricValueWithName<string>>> => {
    const values: MetricValueWithName<string>[] = []
    if (described.type === 'histogram') {
      for (const sample of described.read()) values.push(...bucketValues(name, sample))
    } else {
      for (const { labels = {}, value } of await described.read()) values.push({ labels, value })
    }
    return { name, help, type: type as never, aggregator: 'sum', values, collect: () => {} }
  }
  return { name, help, type, get } as unknown as Metric
}

function* bucketValues(
  name: string,
  { labels = {}, distribution }: DistributionSample,
): Generator<MetricValueWithName<string>, void, undefined> {
  let below = 0
  for (const [index, bound] of Distribution.BOUNDS.entries()) {
    below += distribution.buckets[index] as number
    yield { metricName: `${name}_bucket`, labels: { le: String(bound), ...labels }, value: below }
  }
  yield { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: distribution.count }
  yield { metricName: `${name}_sum`, labels: { ...labels }, value: distribution.sum }
  yield { metricName: `${name}_count`, labels: { ...labels }, value: distribution.count }
}
