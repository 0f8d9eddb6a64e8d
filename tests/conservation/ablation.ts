/** Takes out one rule of the log, to see that the model needs it. */
import type { GroupCommitOptions } from '../../packages/collector/src/commit/group-commit.ts'
import { decodeWrite, encodeWrite, type SessionWrite } from '../../packages/collector/src/commit/session-write.ts'
import { isSessionEntry } from '../../packages/collector/src/log/entry.ts'
import type { LogFiles } from '../../packages/collector/src/log/log-files.ts'
import { type Position, readLog } from '../../packages/collector/src/log/read-log.ts'
import { listSegments } from '../../packages/collector/src/log/segment.ts'
import type { LogWriter } from '../../packages/collector/src/log/write-log.ts'

export type Ablation =
  /** The sink reads what is written, and not only what is synced. */
  | 'synced-end'
  /** What an earlier process left is read from the page cache, and trusted. */
  | 'rewriting'
  /** Each batch is an entry of its own. */
  | 'one-entry'
  /** A position is compared by the segment's number. */
  | 'segment-ids'
  /** A checkpoint is taken to hold what was committed until it ended. */
  | 'checkpoint-order'
  /** The database's place in the log is moved before its rows are written, and not with them. */
  | 'one-transaction'
  /** A store that connects is told nothing of the sessions. */
  | 'empty-entries'

export function logWithout(without: Ablation | undefined, log: LogWriter): GroupCommitOptions['log'] {
  const { lastEntry, sessions, forget } = log
  const write = (writes: readonly SessionWrite[]) => log.write(writes.map(encodeWrite))
  if (without === 'empty-entries') {
    return {
      ...{ lastEntry, sessions, forget },
      write: (entries) => write(entries.filter(isSessionEntry).map(decodeWrite).filter(hasNews)),
    }
  }
  if (without !== 'one-entry') return log
  return {
    ...{ lastEntry, sessions, forget },
    write: (entries) => write(entries.filter(isSessionEntry).map(decodeWrite).flatMap(entryABatch)),
  }
}

const hasNews = ({ from, record, batches }: SessionWrite): boolean => from < record.committedSeq || batches.length > 1

const entryABatch = (write: SessionWrite): readonly SessionWrite[] =>
  write.batches.map((batch, at) => ({
    ...write,
    from: at === 0 ? write.from : (write.batches[at - 1]?.upTo ?? 0),
    batches: [batch],
    record: { ...write.record, committedSeq: batch.upTo },
  }))

export async function* readWithout(
  without: Ablation | undefined,
  files: LogFiles,
  from: Position | undefined,
  to: Position,
) {
  if (without === 'segment-ids' && from) {
    const number = Number(from.segment.slice(0, 10))
    const place = (await listSegments(files)).findLast((segment) => segment.number <= number)
    const offset = place?.number === number ? from.offset : Number.MAX_SAFE_INTEGER
    yield* readLog(files, place && { segment: place.key, offset }, to)
  } else if (without === 'synced-end') {
    const last = (await listSegments(files)).at(-1)
    yield* readLog(files, from, last ? { segment: last.key, offset: last.bytes } : to)
  } else yield* readLog(files, from, to)
}
