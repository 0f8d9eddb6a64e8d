/** Connects to NATS, and makes the stream of the log where it is not there yet. */
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '@downlink/protocol'
import type { JetStreamClient, JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream'
import type { Kvm } from '@nats-io/kv'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import type { FastifyBaseLogger } from 'fastify'
import { systemClock } from '../clock.ts'
import { CollectorError } from '../errors.ts'
import { loadPeers } from '../optional-peers.ts'
import { readCredentials } from './credentials.ts'
import { allSubjects, streamName } from './subjects.ts'

export interface JetStreamOptions {
  /** Such as `nats://a:4222`: one is enough to find the others. */
  readonly servers: readonly string[]
  /** A file of credentials: as `nsc` writes it, a line `user:password`, or a token. @default none */
  readonly credentials?: string | undefined
  /** Bytes of the stream, beyond which nothing is taken until a sink has caught up. Without it somebody else makes that. */
  readonly maxLogBytes?: number | undefined
  readonly logger: Pick<FastifyBaseLogger, 'warn' | 'info'>
}

export interface JetStream {
  readonly client: JetStreamClient
  readonly manager: JetStreamManager
  readonly buckets: Pick<Kvm, 'create' | 'open'>
  readonly newHeaders: () => MsgHdrs
  /** Copies that the stream has: 3 where there are servers enough. */
  readonly replicas: number
  /** Bytes of a message. */
  readonly maxMessageBytes: number
  /** False while no server is connected: what is sent then goes out once one is, however late. */
  readonly isConnected: boolean
  /** Resolves to whether the stream takes entries now. Never rejects. */
  isAvailable(): Promise<boolean>
  close(): Promise<void>
}

const packages = ['@nats-io/transport-node', '@nats-io/jetstream', '@nats-io/kv']

/** An election takes seconds; servers that start together take as long to find each other. */
const startTimeoutMs = 20_000
const startRetryMs = 500
const reconnectWaitMs = 500

/**
 * @throws {CollectorError} `missing_package`; `log_unavailable` where no server answers in time, or none lets it in;
 * `bad_option` where the credentials can't be read
 */
export async function connectJetStream(options: JetStreamOptions): Promise<JetStream> {
  const modules = await loadPeers(loadClients, packages, 'a log on nats://')
  const connection = await connect(options, modules)
  try {
    return await openJetStream(connection, options, modules)
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function loadClients() {
  const [transport, jetstream, kv] = await Promise.all([
    import('@nats-io/transport-node'),
    import('@nats-io/jetstream'),
    import('@nats-io/kv'),
  ])
  return { ...transport, ...jetstream, ...kv }
}

type Clients = Awaited<ReturnType<typeof loadClients>>

async function connect({ servers, credentials }: JetStreamOptions, clients: Clients): Promise<NatsConnection> {
  const authenticator = credentials === undefined ? undefined : await readCredentials(credentials, clients)
  const attempt = (): Promise<NatsConnection> =>
    clients.connect({
      servers: [...servers],
      name: 'downlink',
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectWaitMs,
      // A server that lets nobody in for a while, as one whose users are changed, would else end the connection for good.
      ignoreAuthErrorAbort: true,
      // Else a server that offers no TLS would be talked to without.
      ...(servers.some((server) => server.startsWith('tls:')) && { tls: {} }),
      ...(authenticator && { authenticator }),
    })
  return retried(`NATS at ${servers.join(', ')}`, attempt, (error) => refusalOf(error, credentials, clients))
}

/** What to do where no later try would be let in. */
function refusalOf(
  error: unknown,
  credentials: string | undefined,
  { AuthorizationError, UserAuthenticationExpiredError }: Clients,
): string | undefined {
  if (error instanceof UserAuthenticationExpiredError) return `the credentials in ${credentials} have expired`
  if (!(error instanceof AuthorizationError)) return undefined
  return credentials === undefined
    ? 'it wants credentials, from a file that is named beside its addresses'
    : `it does not know those in ${credentials}`
}

async function openJetStream(
  connection: NatsConnection,
  options: JetStreamOptions,
  clients: Clients,
): Promise<JetStream> {
  const { jetstream, jetstreamManager, Kvm, headers } = clients
  const status = followStatus(connection, options.logger)
  const manager = await jetstreamManager(connection, { checkAPI: false })
  const what = 'the stream of the log, which a collector makes'
  const config = await retried(what, () => ensureStream(manager, connection, options, clients))
  const fault = faultOf(config)
  if (fault !== undefined) throw new CollectorError('bad_option', `Expected the stream ${streamName} ${fault}`)
  warnOf(config, replicasOf(connection), options)
  const maxMessageBytes = connection.info?.max_payload ?? 0
  return {
    client: jetstream(connection),
    manager,
    buckets: new Kvm(connection),
    newHeaders: () => headers(),
    get isConnected() {
      return status.isConnected
    },
    replicas: config.num_replicas,
    maxMessageBytes,
    isAvailable: () =>
      manager.streams.info(streamName).then(
        (info) => hasRoom(info, maxMessageBytes),
        () => false,
      ),
    close: () => connection.close(),
  }
}

/** Servers that make copies possible. */
const clusterReplicas = 3

/** 100 ms: the least that the server takes. Compare and swap is what makes it once; a window would only cost memory. */
const duplicateWindowNs = 100_000_000

/** The next message fits, however large; of a small stream that would be too much to ask. */
export function hasRoom({ config: { max_bytes: max }, state }: StreamInfo, maxMessageBytes: number): boolean {
  return max <= 0 || max - state.bytes > Math.min(maxMessageBytes, max / 16)
}

/** Did the stream refuse it since it is full? Such an answer has no code of its own. */
export const isFull = (error: unknown): boolean => /maximum (bytes|messages) exceeded/.test(messageOf(error))

/** The stream as it is; a new one refuses what is new where it is full, and keeps what it has until a sink has it. */
async function ensureStream(
  { streams }: JetStreamManager,
  connection: NatsConnection,
  { maxLogBytes }: JetStreamOptions,
  { JetStreamApiError, JetStreamApiCodes }: Clients,
): Promise<StreamConfig> {
  try {
    return (await streams.info(streamName)).config
  } catch (error) {
    const isThere = !(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound
    if (isThere || maxLogBytes === undefined) throw error
  }
  const { config } = await streams.add({
    name: streamName,
    subjects: [allSubjects],
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_bytes: maxLogBytes,
    num_replicas: replicasOf(connection),
    duplicate_window: duplicateWindowNs,
  })
  return config
}

const replicasOf = ({ info }: NatsConnection): number => (info?.cluster === undefined ? 1 : clusterReplicas)

/** Of a stream that works, and not as this start would have it. */
function warnOf(
  { max_bytes: maxBytes, num_replicas: replicas }: StreamConfig,
  expectedReplicas: number,
  { maxLogBytes = maxBytes, logger }: JetStreamOptions,
): void {
  if (replicas < expectedReplicas) {
    const risk = 'what is acknowledged is lost with the servers that have it'
    logger.warn(
      { replicas, expectedReplicas },
      `The stream of the log has FEWER COPIES than its servers allow: ${risk}`,
    )
  }
  if (maxBytes !== maxLogBytes) {
    logger.warn({ maxBytes, maxLogBytes }, 'The stream of the log is there with another size, which stays')
  }
}

/** Somebody else may have made it. What would lose entries that no sink has is no log; nor is what sinks could not empty. */
function faultOf(config: StreamConfig): string | undefined {
  if (!config.subjects?.includes(allSubjects)) return `to have the subjects ${allSubjects}`
  if (config.discard !== 'new') return 'to discard what is new where it is full'
  if (config.storage !== 'file') return 'to be stored in files: in memory it ends with its servers'
  if (config.retention !== 'limits') return 'to keep messages that were read'
  if (config.no_ack) return 'to answer what is published, without no_ack'
  if (config.sealed || config.deny_purge) return 'to be one that sinks may empty, without sealed and deny_purge'
  const { max_age: age, max_msgs_per_subject: perSubject } = config
  if (age > 0 || perSubject > 0)
    return 'to keep each message until a sink has it, without max_age and max_msgs_per_subject'
  return undefined
}

/**
 * While servers start or elect, but no longer than a start may take.
 *
 * @param refusalOf why no later try would go better; undefined where one might
 * @throws {CollectorError} `log_unavailable`
 */
export async function retried<Result>(
  what: string,
  attempt: () => Promise<Result>,
  refusalOf: (error: unknown) => string | undefined = () => undefined,
): Promise<Result> {
  const giveUpAtMs = systemClock.monotonicMs() + startTimeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (cause) {
      const refusal = refusalOf(cause)
      if (refusal !== undefined || systemClock.monotonicMs() > giveUpAtMs) {
        const reason = refusal === undefined ? messageOf(cause) : `${messageOf(cause)}: ${refusal}`
        throw new CollectorError('log_unavailable', `Can't reach ${what}: ${reason}`, { cause })
      }
      await delay(startRetryMs)
    }
  }
}

function followStatus(connection: NatsConnection, logger: JetStreamOptions['logger']) {
  const followed = { isConnected: true }
  void follow()
  return followed

  async function follow(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        followed.isConnected = false
        logger.warn({ server: status.server }, 'The connection to NATS is lost; it is tried again')
      } else if (status.type === 'reconnect') {
        followed.isConnected = true
        logger.info({ server: status.server }, 'The connection to NATS is up again')
      }
    }
    followed.isConnected = false
  }
}
