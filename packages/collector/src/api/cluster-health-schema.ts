/** Describes what `GET /api/health` tells of a log and a store that are shared with other collectors. */
import { count, flag, list, measured, nullable, object, type Schema, text } from './json-schema.ts'

export const clusterHealthAnswer: Schema = nullable('Null where log and store are the collector’s own', {
  log: nullable('Null where it can not be asked', {
    bytes: count('Size of the stream'),
    maxBytes: measured('Beyond it nothing more is taken; null where the stream has no bound'),
    messages: count('In it, with those that sinks have stored, and remove ten minutes later'),
    sessions: count('That have a message in it'),
    copies: count('That it should have'),
    currentCopies: count('That have all of it now'),
    leader: { type: ['string', 'null'], description: 'The server that leads it; null while one is elected' },
    isTaking: flag('Whether it has room for more'),
  }),
  sinks: nullable('Null where it is not known: log and store tell of them', {
    running: count('Sinks that run'),
    held: count('Partitions of the log that one of them has'),
    partitions: count('Of the log'),
    lagMs: count('How long ago the oldest message came that is not stored'),
    behind: list(
      object({
        partition: text('Of which messages are not stored'),
        lagMs: count('How long ago the oldest of them came'),
      }),
    ),
    aside: nullable('Messages that are no entries, and were set aside; null where it is not known', {
      messages: count('How many; 1000 where there are more'),
      bytes: count('What they take, with what is left of those that were deleted'),
    }),
  }),
  store: object({
    isUp: flag('Whether it answers this collector'),
    bytes: measured('Of the tables; null where the user of the store may not see that'),
    freeBytes: measured('Of its fullest disk; null where the user of the store may not see that'),
  }),
})
