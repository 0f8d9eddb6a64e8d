/** Runs the parts of a cluster on this machine: three NATS servers, ClickHouse in a process, and what is started beside them. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connectJetStream, type JetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'
import { type ClickHouseProcess, makeDatabase, startClickHouse } from '../../tests/cluster/chdb-process.ts'
import { makeNatsServers, type NatsServer } from '../../tests/cluster/nats-process.ts'
import { type RunningCommand, startCommand } from './command.ts'

export interface RunningCluster {
  readonly nats: readonly NatsServer[]
  readonly clickHouse: ClickHouseProcess
  /** Connected to all servers, with the stream made. */
  readonly jetStream: JetStream
  /** @returns the URL of a database that is empty */
  newStore(): Promise<string>
  serve(store: string): Promise<RunningCommand>
  sink(store: string): Promise<RunningCommand>
  /** Empties the stream. */
  purge(): Promise<void>
  stop(): Promise<void>
}

/** Of the stream, and of the disk for it on each server. */
const [maxLogBytes, maxFileBytes] = [6e9, 8e9]

export async function startCluster(folder: string): Promise<RunningCluster> {
  const nats = await makeNatsServers(folder, 3, { maxFileBytes })
  for (const server of nats) server.start()
  const servers = nats.map(({ url }) => url)
  const clickHouseFolder = join(folder, 'clickhouse')
  await mkdir(clickHouseFolder)
  const clickHouse = await startClickHouse(clickHouseFolder, 0)
  const jetStream = await connectJetStream({ servers, maxLogBytes, logger: { warn() {}, info() {} } })
  let count = 0
  const args = (store: string) => ['--port', '0', '--log', servers.join(','), '--store', store]
  return {
    ...{ nats, clickHouse, jetStream },
    newStore: () => makeDatabase(clickHouse.url, `bench_${++count}`),
    serve: (store) =>
      startCommand([
        ...['serve', ...args(store), '--max-log', String(maxLogBytes)],
        ...['--data', join(folder, `collector-${++count}`)],
      ]),
    sink: (store) => startCommand(['sink', ...args(store)]),
    async purge() {
      await jetStream.manager.streams.purge(streamName)
      // Followers drop what was purged a moment later, and are not to be measured at it.
      await delay(1000)
    },
    async stop() {
      await jetStream.close()
      await Promise.all([...nats.map((server) => server.kill()), clickHouse.kill()])
    },
  }
}
