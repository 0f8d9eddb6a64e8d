/** Describes the answer of `GET /api/health` for the OpenAPI document, and for whoever writes it. */
import { clusterHealthAnswer } from './cluster-health-schema.ts'
import { count, counts, list, measured, nullable, object, type Schema, text, time } from './json-schema.ts'

const cluster = 'Null on a cluster, where it is the business of others'

export const healthAnswer: Schema = object({
  startedAt: time('When this process started'),
  versions: object({
    collector: text('Of this package'),
    node: text('Of Node'),
    database: {
      type: ['string', 'null'],
      description:
        'Of DuckDB, null before its process has served reads; on a cluster of ClickHouse, null where it does not answer',
    },
    platform: text('The system'),
  }),
  sockets: count('WebSockets that are up, of this collector'),
  eventsPerSecond: measured('Stored in the last minute, by this collector'),
  disk: nullable(cluster, {
    logBytes: count('Size of the log, without what is kept'),
    maxLogBytes: count('Beyond it nothing more is taken'),
    keptLogBytes: count('Of the log since the last backup, which nothing else needs any more'),
    databaseBytes: measured('Size of the database, with what is written beside it until the next checkpoint'),
    usedBytes: measured('Of its blocks, as of the last checkpoint: those that hold something'),
    reusableBytes: measured('Those that are free for later rows'),
    freeBytes: measured('What is left on the disk of the data folder'),
  }),
  memory: object({
    collectorBytes: count('Of this process'),
    storeBytes: measured("Of the database's process"),
  }),
  commits: object({
    medianMs: measured('How long half of the writes to the log took in the last ten seconds, at most'),
    p99Ms: measured('How long all but one in a hundred took'),
    failed: count('Writes to the log that failed'),
  }),
  refusals: list(
    object({
      origin: { type: ['string', 'null'], description: 'Null where the sender is no browser' },
      reason: text('As the answer spells it'),
      refusals: count('Of this origin, for this reason'),
    }),
  ),
  schemaWarnings: list(
    object({
      code: text('As it would have been rejected'),
      type: text('Of the events'),
      message: text('What was expected of the newest, and what came'),
      events: count('Stored, and warned of'),
    }),
  ),
  retention: nullable(cluster, {
    keepMs: measured('After which events are deleted'),
    maxBytes: measured('That database and log may take together, before the oldest events are deleted'),
    keepBackupsMs: measured('After which a backup is deleted'),
    lastRunAt: { type: ['integer', 'null'], description: 'When that last ran to its end, in ms since 1970' },
    failures: count('How often it failed'),
    clockAheadMs: count("By how much the collector's clock is ahead of the time by which events age"),
  }),
  backup: nullable('Null before the first, and on a cluster', {
    at: time('When the newest backup was made'),
    bytes: count('Its size'),
  }),
  backups: {
    type: ['array', 'null'],
    description: cluster,
    items: object({
      at: time('When it was made'),
      bytes: count('Its size'),
      deletedAt: { type: ['integer', 'null'], description: 'When it is deleted for its age, in ms since 1970' },
      deletedAfter: measured('How many more have to be made until it is deleted for them'),
      expectedAt: {
        type: ['integer', 'null'],
        description: 'When those are made, if they come as they did so far, in ms since 1970',
      },
    }),
  },
  reports: { ...counts(`What the sink has found, by code. ${cluster}`), type: ['object', 'null'] },
  otlp: nullable('Since the start; null where nothing is sent on', {
    isUp: { type: 'boolean', description: 'Whether the last request was answered' },
    lag: object({
      events: count('That OpenTelemetry does not have'),
      bytes: count('Of the log'),
      ms: measured('How old the oldest of them is'),
    }),
    sent: count('Events that it took'),
    rejected: count('Events that it refused'),
    skipped: count('Events that were not sent, for want of room'),
    gaps: count('How often the log did not have what was to be sent next'),
  }),
  cluster: clusterHealthAnswer,
})
