/** Resolves which log and which store a collector or a sink shares with others. */
import { parseStoreUrl } from './clickhouse/store-url.ts'
import { CollectorError } from './errors.ts'

export interface SharedLog {
  /** Servers of NATS with JetStream, such as `nats://a:4222`: one is enough to find the others of its cluster. */
  readonly nats: string | readonly string[]
  /** A file of credentials: as `nsc` writes it, or with a line `user:password` or a token. @default none */
  readonly credentials?: string
}

export interface SharedStore {
  /** A server of ClickHouse, such as `clickhouse://a:8123/downlink`. */
  readonly clickhouse: string
  /** A file with a user and a password. @default none */
  readonly credentials?: string
}

export interface ClusterSettings {
  readonly servers: readonly string[]
  readonly logCredentials: string | undefined
  readonly store: SharedStore
}

/** With what a collector of a cluster can't do yet. */
export interface ClusterOptions {
  readonly log?: SharedLog | undefined
  readonly store?: SharedStore | undefined
  readonly otlp?: object | undefined
  readonly retention?: object | undefined
  readonly backups?: string | undefined
}

/** What a collector with a log and a database of its own has, and why there is none of it beside `log`. */
const ownOnly = {
  otlp: 'that is not there yet',
  retention: 'there sinks delete what is too old, `downlink sink --keep`',
  backups: 'there they are those of NATS and of ClickHouse',
} as const

/** @throws {CollectorError} `bad_option` */
export function clusterOf(options: ClusterOptions): ClusterSettings | undefined {
  const { log, store } = options
  if (!log && !store) return undefined
  if (!log) throw badOption('log', 'given beside `store`')
  if (!store) throw badOption('store', 'given beside `log`')
  for (const [name, why] of Object.entries(ownOnly)) {
    const isGiven = Object.keys(options[name as keyof typeof ownOnly] ?? {}).length > 0
    if (isGiven) throw badOption(name, `left out beside \`log\`: ${why}`)
  }
  const servers = typeof log.nats === 'string' ? [log.nats] : log.nats
  if (servers.length === 0 || !servers.every(isNatsUrl)) {
    throw badOption('log.nats', 'addresses such as "nats://host:4222", without a user and a password')
  }
  // Before anything is connected: NATS alone may take a while.
  parseStoreUrl(store.clickhouse)
  return { servers, logCredentials: log.credentials, store }
}

const isNatsUrl = (text: string): boolean => /^(nats|tls):\/\/[^/?#@]+\/?$/.test(text) && URL.canParse(text)

/** Any of them may hold a secret, so none is repeated. */
const badOption = (name: string, expected: string): CollectorError =>
  new CollectorError('bad_option', `Expected \`${name}\` to be ${expected}`)
