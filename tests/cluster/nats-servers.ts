/** A cluster of NATS servers that ends with its test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'
import { makeNatsServers, type NatsServer, type NatsServersOptions } from './nats-process.ts'

export interface NatsCluster {
  readonly servers: readonly NatsServer[]
  readonly urls: readonly string[]
}

/** Three, or one, in a folder that goes with the test. */
export async function aNatsCluster(count: 1 | 3 = 3, options?: NatsServersOptions): Promise<NatsCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-nats-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const servers = await makeNatsServers(folder, count, options)
  for (const server of servers) {
    onTestFinished(server.kill)
    server.start()
  }
  return { servers, urls: servers.map(({ url }) => url) }
}

/** The name of the server that leads the stream of the log. */
export async function leaderOf({ urls }: NatsCluster): Promise<string> {
  const jetStream = await connectJetStream({ servers: urls, logger: { warn() {}, info() {} } })
  try {
    for (;;) {
      const info = await jetStream.manager.streams.info(streamName).catch(() => undefined)
      if (info?.cluster?.leader) return info.cluster.leader
      await delay(100)
    }
  } finally {
    await jetStream.close()
  }
}
