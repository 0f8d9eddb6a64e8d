/**
 * Starts all of a cluster on this machine, and deals faults to it: three NATS servers, three collectors behind HAProxy with
 * TLS, two sinks, and ClickHouse; between any two of them a relay, by which nothing passes when it is told so.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Balancer, startBalancer } from './balancer.ts'
import { type ClickHouseProcess, makeDatabase, startClickHouse } from './chdb-process.ts'
import { type CommandProcess, runCommand } from './command-process.ts'
import { type CuttableRelay, openCuttableRelay } from './cuttable-relay.ts'
import { freePorts, makeNatsServers, type NatsServer } from './nats-process.ts'
import { leaderOf, type NatsCluster } from './nats-servers.ts'

export interface WholeCluster extends Pick<Balancer, 'url' | 'certificate'> {
  readonly folder: string
  /** Resolves once it is dealt, and rejects where there is no such fault. */
  deal(fault: string, target: string): Promise<void>
  /** Ends all of it, and removes its folder. Idempotent. */
  close(): Promise<void>
}

export const secrets = { key: 'the-key', token: 'the-admin' } as const

const clientNames = ['collector-0', 'collector-1', 'collector-2', 'sink-0', 'sink-1'] as const
type ClientName = (typeof clientNames)[number]

/** What a client of the log and the store comes to them by. */
interface Ways {
  readonly log: readonly CuttableRelay[]
  readonly store: CuttableRelay
}

interface Client {
  readonly name: ClientName
  readonly command: CommandProcess
  readonly ways: Ways
}

interface Parts {
  readonly nats: NatsCluster
  /** By the server that a route begins at, and the one that it ends at. */
  readonly routes: readonly { readonly from: number; readonly to: number; readonly relay: CuttableRelay }[]
  readonly store: RestartableStore
  readonly collectors: readonly Client[]
  readonly sinks: readonly Client[]
}

export async function startWholeCluster(): Promise<WholeCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-cluster-'))
  const ending: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })]
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= endAll(ending)
    return closed
  }
  try {
    const [port = 0, storePort = 0, ...ports] = await freePorts(2 + clientNames.length)
    const routes: Parts['routes'][number][] = []
    const servers = await makeNatsServers(folder, 3, {
      async routeTo(from, to, target) {
        const relay = await open(target)
        routes.push({ from, to, relay })
        return relay.port
      },
    })
    const nats = { servers, urls: servers.map(({ url }) => url) }
    for (const server of servers) {
      ending.push(server.kill)
      server.start()
    }
    const store = await startStore(join(folder, 'store'), storePort)
    ending.push(store.kill)
    const database = await makeDatabase(store.url, 'downlink')
    const start = async (name: ClientName): Promise<Client> => {
      const ways = { log: await Promise.all(servers.map(portOf).map(open)), store: await open(storePort) }
      const place = { folder, publicPort: port, port: ports[clientNames.indexOf(name)] ?? 0, database }
      const command = await runCommand(commandOf(name, ways, place))
      ending.push(() => command.kill())
      return { name, command, ways }
    }
    // They make the stream, for which sinks do not wait for long.
    const collectors = await Promise.all(clientNames.slice(0, 3).map(start))
    const sinks = await Promise.all(clientNames.slice(3).map(start))
    const balancer = await startBalancer({ folder, port, targets: ports.slice(0, 3) })
    ending.push(balancer.kill)
    const faults = createFaults({ nats, routes, store, collectors, sinks })
    return {
      ...{ folder, url: balancer.url, certificate: balancer.certificate, close },
      async deal(fault, target) {
        const dealt = faults[`${fault} ${target}`]
        if (!dealt) throw new Error(`Expected one of ${Object.keys(faults).join(', ')}, got ${fault} ${target}`)
        await dealt()
      },
    }
  } catch (error) {
    await close()
    throw error
  }

  async function open(target: number): Promise<CuttableRelay> {
    const relay = await openCuttableRelay(target)
    ending.push(async () => relay.close())
    return relay
  }
}

/** What was started last ends first. */
async function endAll(ending: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const end of [...ending].reverse()) await end()
}

interface Place {
  readonly folder: string
  readonly port: number
  /** Of the balancer. */
  readonly publicPort: number
  /** URL of the store. */
  readonly database: string
}

function commandOf(name: ClientName, { log, store }: Ways, { folder, port, publicPort, database }: Place) {
  const servers = log.map((relay) => `nats://127.0.0.1:${relay.port}`).join(',')
  const shared = ['--port', String(port), '--log', servers, '--store', database.replace(/:\d+\//, `:${store.port}/`)]
  const logFile = join(folder, `${name}.log`)
  if (name.startsWith('sink')) return { logFile, args: ['sink', ...shared] }
  const own = ['--data', join(folder, name), '--max-log', '1GB', '--public-url', `https://127.0.0.1:${publicPort}`]
  const env = { DOWNLINK_KEY: secrets.key, DOWNLINK_READ_TOKEN: 'the-reader', DOWNLINK_ADMIN_TOKEN: secrets.token }
  return { logFile, env, args: ['serve', ...shared, ...own, '--trust-proxy', '1'] }
}

interface RestartableStore {
  readonly url: string
  /** On the files and at the port that it had. */
  start(): Promise<void>
  kill(): Promise<void>
}

async function startStore(folder: string, port: number): Promise<RestartableStore> {
  await mkdir(folder)
  let running: ClickHouseProcess = await startClickHouse(folder, port)
  return {
    url: running.url,
    async start() {
      running = await startClickHouse(folder, port)
    },
    kill: () => running.kill(),
  }
}

/** So long a server is away: for an election, and for those behind it to notice. */
const awayMs = 1000

const requestWithinMs = 2000

/** By fault and target, as `downlink verify` names them. */
function createFaults(parts: Parts): Readonly<Record<string, () => Promise<void>>> {
  const { nats, routes, store, collectors, sinks } = parts
  const nextCollector = inTurn(collectors)
  const nextSink = inTurn(sinks)
  const moments = inTurn(['half-sent', 'answered'] as const)
  const cuts = inTurn(['reset', 'silent'] as const)
  const roles = inTurn(['leader', 'follower'] as const)

  return {
    /** In the midst of a batch, or between the stream's answer and its own ack. */
    'kill collector': () => killIn(nextCollector(), ({ log }) => log, 'HPUB downlink.'),
    /** In the midst of an insert, or between the store's answer and its own ack. */
    'kill sink': () => killIn(nextSink(), (ways) => [ways.store], 'INSERT'),
    'kill log-leader': () => restart('leader'),
    'kill log-follower': () => restart('follower'),
    async 'kill store'() {
      await store.kill()
      await store.start()
    },
    'stop store': store.kill,
    'start store': store.start,
    async 'stop sinks'() {
      for (const { command } of sinks) await command.kill('SIGTERM')
    },
    async 'start sinks'() {
      await Promise.all(sinks.map(({ command }) => command.start()))
    },
    ...cutting('collector-log', async () => nextCollector().ways.log),
    ...cutting('sink-log', async () => nextSink().ways.log),
    ...cutting('collector-store', async () => [nextCollector().ways.store]),
    ...cutting('sink-store', async () => [nextSink().ways.store]),
    ...cutting('log-log', async () => {
      const at = nats.servers.indexOf(await serverOf(roles()))
      return routes.filter(({ from, to }) => from === at || to === at).map(({ relay }) => relay)
    }),
  }

  function cutting(target: string, choose: () => Promise<readonly CuttableRelay[]>) {
    let chosen: readonly CuttableRelay[] = []
    return {
      async [`cut ${target}`]() {
        const how = cuts()
        chosen = await choose()
        for (const relay of chosen) relay.cut(how)
      },
      async [`heal ${target}`]() {
        for (const relay of chosen) relay.heal()
      },
    }
  }

  /** In the midst of its next such request, or as it is where none comes. */
  async function killIn({ command, ways }: Client, relaysOf: (ways: Ways) => readonly CuttableRelay[], text: string) {
    const moment = moments()
    await new Promise<void>((resolve) => {
      const kill = (): void => {
        clearTimeout(timer)
        for (const disarm of disarming) disarm()
        command.kill().then(resolve)
      }
      const timer = setTimeout(kill, requestWithinMs)
      const disarming = relaysOf(ways).map((relay) => relay.actAt(moment, text, kill))
    })
    await command.start()
  }

  async function restart(role: 'leader' | 'follower'): Promise<void> {
    const server = await serverOf(role)
    await server.kill()
    await delay(awayMs)
    server.start()
    await delay(awayMs)
  }

  async function serverOf(role: 'leader' | 'follower'): Promise<NatsServer> {
    const leader = await leaderOf(nats)
    const found = nats.servers.find(({ name }) => (name === leader) === (role === 'leader'))
    if (!found) throw new Error('Expected three servers')
    return found
  }
}

function inTurn<Item>(items: readonly Item[]): () => Item {
  let at = 0
  return () => items[at++ % items.length] as Item
}

const portOf = ({ url }: NatsServer): number => Number(new URL(url).port)
