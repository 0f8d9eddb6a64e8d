/** Knows the names of a collector's options, and warns of those that there are not. */
import { unknownOptions } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'
import { type CollectorOptions, commitDefaults, limitDefaults, type RetentionOptions } from './options.ts'
import { queryDefaults } from './query/query-limits.ts'

const names: { readonly [Name in keyof Required<CollectorOptions>]: true } = {
  data: true,
  log: true,
  store: true,
  events: true,
  schemaMode: true,
  keys: true,
  readToken: true,
  adminToken: true,
  tokenSecrets: true,
  origins: true,
  publicUrl: true,
  trustProxy: true,
  questions: true,
  sourceMaps: true,
  page: true,
  pages: true,
  logger: true,
  limits: true,
  commit: true,
  query: true,
  retention: true,
  forgottenSessions: true,
  backups: true,
  otlp: true,
}

const retentionNames: { readonly [Name in keyof Required<RetentionOptions>]: true } = {
  keepMs: true,
  maxBytes: true,
  keepBackupsMs: true,
  keepSourceMapsMs: true,
}

/** A name that is misspelt has no effect, which is seen late: a limit that holds no more than its default, say. */
export function warnOfUnknownOptions(options: CollectorOptions, logger: Pick<FastifyBaseLogger, 'warn'>): void {
  const groups: readonly (readonly [where: string, given: unknown, known: object])[] = [
    ['', options, names],
    ['limits: ', options.limits, limitDefaults],
    ['commit: ', options.commit, commitDefaults],
    ['query: ', options.query, queryDefaults],
    ['retention: ', options.retention, retentionNames],
  ]
  for (const [where, given, known] of groups) {
    for (const sentence of unknownOptions(given, Object.keys(known))) logger.warn(where + sentence)
  }
}
