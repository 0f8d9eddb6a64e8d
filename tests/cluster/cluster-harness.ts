/** Starts what the tests of a whole cluster share: collectors and sinks in this process, over NATS and ClickHouse. */
import { createCollector, type Listening } from '@downlink/collector'
import { type ClusterSinkOptions, createClusterSink } from '@downlink/collector/cluster-sink'
import { onTestFinished } from 'vitest'
import { aFolder } from '../../packages/collector/test/harness.ts'
import type { NatsCluster } from './nats-servers.ts'

type CollectorOptions = NonNullable<Parameters<typeof createCollector>[0]>

/** @param clickhouse the URL of its database */
export async function aClusterCollector(
  { urls }: NatsCluster,
  clickhouse: string,
  options: CollectorOptions = {},
): Promise<Listening> {
  const shared = { log: { nats: urls }, store: { clickhouse }, logger: false, page: false } as const
  const collector = createCollector({
    ...{ ...shared, data: await aFolder(), commit: { maxLogBytes: 100_000_000 }, ...options },
  })
  onTestFinished(() => collector.close())
  return collector.listen({ port: 0 })
}

export interface RunningSink {
  /** A figure of its /metrics. */
  figure(name: string): Promise<number>
  close(): Promise<void>
}

export async function aClusterSink(
  { urls }: NatsCluster,
  clickhouse: string,
  options: Pick<ClusterSinkOptions, 'retention'> = {},
): Promise<RunningSink> {
  const shared = { log: { nats: urls }, store: { clickhouse }, logger: false, leaseMs: 3000 } as const
  const sink = createClusterSink({ ...shared, ...options })
  onTestFinished(() => sink.close())
  const { url } = await sink.listen({ port: 0 })
  return {
    async figure(name) {
      const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
      return Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1])
    },
    close: () => sink.close(),
  }
}

/** The last line that a route answers which tells how far it is. */
export async function lastLineOf(response: Response): Promise<unknown> {
  const lines = (await response.text()).split('\n').filter((line) => line !== '')
  return JSON.parse(lines.at(-1) ?? '{}')
}
