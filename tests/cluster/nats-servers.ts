/** Starts a cluster of three NATS servers with JetStream on loopback, each a process that can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'

export interface NatsServer {
  /** @example 'nats://127.0.0.1:4222' */
  readonly url: string
  readonly name: string
  readonly isUp: boolean
  /** On the files that it has, at the ports that it had. */
  start(): void
  /** Ends it as a crash does. Idempotent. */
  kill(): Promise<void>
}

export interface NatsCluster {
  readonly servers: readonly NatsServer[]
  readonly urls: readonly string[]
}

/** Three, or one, in a folder that goes with the test. */
export async function aNatsCluster(count: 1 | 3 = 3): Promise<NatsCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-nats-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const ports = await freePorts(2 * count)
  const routes = count === 1 ? [] : ports.slice(count).map((port) => `nats://127.0.0.1:${port}`)
  const servers = await Promise.all(
    ports.slice(0, count).map((port, at) => {
      const place = {
        folder: join(folder, `n${at}`),
        name: `n${at}`,
        port,
        clusterPort: ports[count + at] ?? 0,
        routes,
      }
      return aNatsServer(place)
    }),
  )
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

interface ServerPlace {
  readonly folder: string
  readonly name: string
  readonly port: number
  readonly clusterPort: number
  /** Of all servers; none where it is alone. */
  readonly routes: readonly string[]
}

async function aNatsServer({ folder, name, port, clusterPort, routes }: ServerPlace): Promise<NatsServer> {
  const config = `${folder}.conf`
  const cluster = `cluster { name: downlink, listen: "127.0.0.1:${clusterPort}", routes: ${JSON.stringify(routes)} }`
  await writeFile(
    config,
    `server_name: ${name}
listen: "127.0.0.1:${port}"
jetstream { store_dir: ${JSON.stringify(folder)}, max_mem: 64MB, max_file: 2GB }
${routes.length === 0 ? '' : cluster}
`,
  )
  let child: ChildProcess | undefined
  return {
    url: `nats://127.0.0.1:${port}`,
    name,
    get isUp() {
      return child !== undefined
    },
    start() {
      child ??= spawn('nats-server', ['-c', config], { stdio: 'ignore', env: pathWithSystem() })
    },
    async kill() {
      const ending = child
      child = undefined
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
      const exited = once(ending, 'exit')
      ending.kill('SIGKILL')
      await exited
    },
  }
}

/** Debian has it where only root looks. */
const pathWithSystem = () => ({ ...process.env, PATH: `${process.env.PATH}:/usr/sbin` })

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
