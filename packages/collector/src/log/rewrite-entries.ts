/**
 * Writes over the entries of sessions in a segment that nobody writes to any more, and that the store needs no more. It is
 * kept for others, and is not to hold what was forgotten.
 */
import { encodeEntry, isSessionEntry, type SessionEntry } from './entry.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { readSegment } from './read-log.ts'
import { openIfThere, segmentFile, segmentHeadBytes, segmentNameOf } from './segment.ts'
import type { EndedSegment } from './segment-chain.ts'

/** Without what an entry holds of its session, in as many bytes; undefined where they don't suffice, and then all of it goes. */
export type EmptyBody = (entry: SessionEntry) => Uint8Array | undefined

/**
 * Nothing happens where the segment has gone meanwhile. It may be done again where it was cut short: what is half written
 * over is damage then, of which nobody can tell whose it was, and goes as a whole.
 */
export async function rewriteEntries(
  files: LogFiles,
  { key, soundEnd }: EndedSegment,
  sessionIds: ReadonlySet<string>,
  emptyBody: EmptyBody,
): Promise<void> {
  const name = segmentNameOf(segmentFile(key))
  const file = name && (await openIfThere(files, segmentFile(key)))
  if (!name || !file) return
  try {
    const size = await file.size()
    const end = Math.min(size, soundEnd ?? size)
    for await (const record of readSegment(file, name, segmentHeadBytes, end)) {
      if (record.kind === 'damage') await blank(file, record.end.offset - record.bytes, record.bytes)
      else if (isSessionEntry(record.entry) && sessionIds.has(record.entry.head.session)) {
        const { offset } = record.begin
        const body = emptyBody(record.entry)
        if (!body) await blank(file, offset, record.end.offset - offset)
        else await file.write(encodeEntry({ head: record.entry.head, body }, { segmentId: name.id, offset }), offset)
      }
    }
    // Nobody's, and of nobody knows whom.
    await blank(file, end, size - end)
    await file.sync()
  } finally {
    await file.close()
  }
}

const blankBytes = 1_048_576

async function blank(file: LogFile, from: number, bytes: number): Promise<void> {
  for (let at = from; at < from + bytes; at += blankBytes) {
    await file.write([Buffer.alloc(Math.min(blankBytes, from + bytes - at))], at)
  }
}
