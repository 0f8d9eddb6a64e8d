/** Resolves a collector's options to settings: what is left out has its default, and what is out of range is refused. */
import { join } from 'node:path'
import { type EventDefinitions, protocolDefaults } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'
import { type Origins, readOrigins } from './access/origins.ts'
import { createProxies, type Proxies } from './access/proxies.ts'
import { createSignedTokens, type SignedTokens } from './access/signed-tokens.ts'
import { systemClock } from './clock.ts'
import { type ClusterSettings, clusterOf } from './cluster-options.ts'
import { CollectorError } from './errors.ts'
import {
  type CollectorLimits,
  type CollectorOptions,
  type CollectorPage,
  type CommitOptions,
  commitDefaults,
  type ForgottenSessions,
  forgottenSessionModes,
  limitDefaults,
  type RetentionOptions,
  type SchemaMode,
  schemaModes,
} from './options.ts'
import { type OtlpSettings, resolveOtlpOptions } from './otlp/otlp-options.ts'
import { type QueryLimits, resolveQueryLimits } from './query/query-limits.ts'
import { createSourceMapFolder } from './source-maps/source-map-folder.ts'
import type { SourceMaps } from './source-maps/source-maps.ts'

/** Where it is not 1. A log has to hold several segments, and the largest batch. */
const minOf: Readonly<Record<string, number>> = {
  groupMs: 0,
  maxLogBytes: 1_048_576,
  keepLogBytes: 0,
  keepMs: 60_000,
  keepBackupsMs: 60_000,
  keepSourceMapsMs: 60_000,
  maxBytes: 268_435_456,
}

/** As of a log: several segments have to fit. */
const minKeptBytes = 1_048_576

/** Options with nothing left open. */
export interface CollectorSettings {
  readonly data: string
  /** Undefined for a collector with a log and a database of its own. */
  readonly cluster: ClusterSettings | undefined
  readonly events: EventDefinitions
  readonly schemaMode: SchemaMode
  readonly keys: readonly string[]
  readonly readToken: string | undefined
  readonly adminToken: string | undefined
  readonly signedTokens: SignedTokens
  readonly origins: Origins
  readonly publicUrl: URL | undefined
  readonly proxies: Proxies
  readonly questions: string | undefined
  readonly sourceMaps: SourceMaps
  readonly page: boolean
  readonly pages: Readonly<Record<string, CollectorPage>>
  readonly logger: FastifyBaseLogger | false | undefined
  readonly limits: CollectorLimits
  readonly commit: CommitOptions
  readonly query: QueryLimits
  readonly retention: RetentionOptions
  readonly forgottenSessions: ForgottenSessions
  readonly backups: string
  readonly otlp: OtlpSettings | undefined
}

/** @throws {CollectorError} `bad_option`, `unprotected` */
export function resolveOptions(options: CollectorOptions): CollectorSettings {
  const { keys = [], readToken, adminToken, tokenSecrets = [], origins = [], publicUrl, trustProxy = false } = options
  const limits = { ...limitDefaults, ...options.limits }
  const commit = { ...commitDefaults, ...options.commit }
  const { retention = {} } = options
  for (const [name, value] of Object.entries({ ...limits, ...commit, ...retention })) {
    const min = minOf[name] ?? 1
    if (!(Number.isSafeInteger(value) && value >= min)) throw badOption(name, `a whole number from ${min} up`, value)
  }
  const { keepLogBytes } = commit
  if (keepLogBytes > 0 && keepLogBytes < minKeptBytes) {
    throw badOption('keepLogBytes', `0, or a whole number from ${minKeptBytes} up`, keepLogBytes)
  }
  const { schemaMode = 'reject', forgottenSessions = 'refuse' } = options
  if (!schemaModes.includes(schemaMode)) throw badOption('schemaMode', schemaModes.join(' or '), schemaMode)
  if (!forgottenSessionModes.includes(forgottenSessions)) {
    throw badOption('forgottenSessions', forgottenSessionModes.join(' or '), forgottenSessions)
  }
  checkSecrets(options)
  const signedTokens = createSignedTokens(tokenSecrets, systemClock.wallMs)
  const url = publicUrl === undefined ? undefined : webUrlOf(publicUrl)
  if (publicUrl !== undefined && !url)
    throw new CollectorError('bad_option', `Expected \`publicUrl\` to be ${webUrlForm}`)
  const proxies = createProxies(trustProxy)
  if (trustProxy !== false && readToken === undefined && !signedTokens.enabled) {
    throw new CollectorError(
      'unprotected',
      'Expected a read token beside `trustProxy`: whoever the proxy lets in could read',
    )
  }
  const { data = './.downlink' } = options
  const { sourceMaps = join(data, 'source-maps') } = options
  return {
    data,
    cluster: clusterOf(options),
    backups: options.backups ?? join(data, 'backups'),
    events: options.events ?? { schemas: {} },
    schemaMode,
    keys,
    readToken,
    adminToken,
    signedTokens,
    origins: readOrigins(origins),
    publicUrl: url,
    proxies,
    questions: options.questions,
    sourceMaps: typeof sourceMaps === 'string' ? createSourceMapFolder(sourceMaps) : sourceMaps,
    page: options.page ?? true,
    pages: options.pages ?? {},
    logger: options.logger,
    limits,
    commit: { ...commit, keepLogBytes: Math.min(keepLogBytes, Math.floor((retention.maxBytes ?? Infinity) / 4)) },
    query: resolveQueryLimits(options.query),
    retention,
    forgottenSessions,
    otlp: options.otlp && resolveOtlpOptions(options.otlp, retention.maxBytes),
  }
}

/** No secret is repeated in a message. */
function checkSecrets({ keys = [], readToken, adminToken, tokenSecrets = [] }: CollectorOptions): void {
  const { maxKeyLength } = protocolDefaults
  if (keys.some((key) => typeof key !== 'string' || key === '' || key.length > maxKeyLength)) {
    throw new CollectorError('bad_option', `Expected each of \`keys\` to be 1 to ${maxKeyLength} characters`)
  }
  for (const [name, token] of Object.entries({ readToken, adminToken })) {
    if (token === '') throw new CollectorError('bad_option', `Expected \`${name}\` not to be empty`)
  }
  const all = [...new Set(keys), readToken, adminToken, ...tokenSecrets].filter((secret) => secret !== undefined)
  if (new Set(all).size < all.length) {
    const expected = 'Expected `keys`, `readToken`, `adminToken` and `tokenSecrets` to differ'
    throw new CollectorError('bad_option', `${expected}: who has one may not do what another is for`)
  }
}

const badOption = (name: string, expected: string, got: unknown): CollectorError =>
  new CollectorError('bad_option', `Expected \`${name}\` to be ${expected}, got ${JSON.stringify(got)}`)

/** Nothing of one that is refused is repeated: it may hold a secret, and one that is taken is shown. */
const webUrlForm = 'an http or https URL without a user and a query, at a port that browsers connect to'

function webUrlOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isShown = url !== undefined && url.username + url.password + url.search + url.hash === ''
  return isShown && /^https?:$/.test(url.protocol) && !blockedPorts.has(Number(url.port)) ? url : undefined
}

/** Ports of other protocols, to which no browser connects, nor the `fetch` of Node (WHATWG Fetch, 2.9 Port blocking). */
export const blockedPorts: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
])
