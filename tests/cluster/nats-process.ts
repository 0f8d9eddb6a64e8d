/** Starts NATS servers with JetStream on loopback, each a process that can be killed and started again: for tests and benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

export interface NatsServer {
  /** @example 'nats://127.0.0.1:4222' */
  readonly url: string
  readonly name: string
  /** Where its streams lie. */
  readonly folder: string
  /** Undefined while it is not up. */
  readonly pid: number | undefined
  readonly isUp: boolean
  /** On the files that it has, at the ports that it had. */
  start(): void
  /** Ends it as a crash does. Idempotent. */
  kill(): Promise<void>
}

export interface NatsServersOptions {
  /** Beside what makes them servers of one cluster, in their own language. @default nothing */
  readonly config?: string
  /** What streams may take of the disk, on each of them. @default 2 GB */
  readonly maxFileBytes?: number
  /** The port by which a server comes to that of another; no server tells of another way then. @default there is nothing between them */
  readonly routeTo?: (from: number, to: number, port: number) => Promise<number>
}

/** Three, or one, in a folder; none of them is started yet. */
export async function makeNatsServers(
  folder: string,
  count: 1 | 3,
  { config = '', maxFileBytes = 2e9, routeTo }: NatsServersOptions = {},
): Promise<readonly NatsServer[]> {
  const ports = await freePorts(2 * count)
  const clusterPorts = ports.slice(count)
  const fixed = routeTo ? ', no_advertise: true, advertise: "127.0.0.1:1"' : ''
  return Promise.all(
    ports.slice(0, count).map(async (port, at) => {
      const name = `n${at}`
      const own = join(folder, name)
      const listen = `127.0.0.1:${clusterPorts[at] ?? 0}`
      const routes = await routesFrom(at)
      const cluster = `cluster { name: downlink, listen: "${listen}", routes: ${JSON.stringify(routes)}${fixed} }`
      const lines = [
        `server_name: ${name}`,
        `listen: "127.0.0.1:${port}"`,
        `jetstream { store_dir: ${JSON.stringify(own)}, max_mem: 64MB, max_file: ${maxFileBytes} }`,
        ...(count === 1 ? [] : [cluster]),
        config,
      ]
      await writeFile(`${own}.conf`, `${lines.join('\n')}\n`)
      return aServer(name, own, port)
    }),
  )

  function routesFrom(at: number): Promise<readonly string[]> {
    const routes = clusterPorts.map(async (port, to) => {
      const routePort = to === at || !routeTo ? port : await routeTo(at, to, port)
      return `nats://127.0.0.1:${routePort}`
    })
    return Promise.all(routes)
  }
}

function aServer(name: string, folder: string, port: number): NatsServer {
  let child: ChildProcess | undefined
  return {
    url: `nats://127.0.0.1:${port}`,
    name,
    folder,
    get pid() {
      return child?.pid
    },
    get isUp() {
      return child !== undefined
    },
    start() {
      child ??= spawn('nats-server', ['-c', `${folder}.conf`], { stdio: 'ignore', env: pathWithSystem() })
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

/** Below those that a system gives away unasked: what is started meanwhile must not take one before it is used. */
const ownPorts = { first: 20_000, count: 12_000 }

export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = ownPorts.first + randomInt(ownPorts.count)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  await once(server.close(), 'close')
  return true
}
