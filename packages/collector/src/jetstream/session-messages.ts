/** Erases what the stream still has of sessions that were forgotten, once the store has come to that. */
import type { JetStream } from './connect.ts'
import { nextMessage } from './next-message.ts'
import { streamName, subjectOf } from './subjects.ts'

/**
 * Overwrites the messages of a session, but for its last one, which says that it was forgotten, or what came behind that.
 *
 * @param sunkSeq sequence of the last message that the store has of the stream: nothing behind it goes
 * @returns how many there were. Rejects where the stream does not answer
 */
export async function eraseMessages(
  { manager }: Pick<JetStream, 'manager'>,
  sessionId: string,
  sunkSeq: number,
): Promise<number> {
  const subject = subjectOf(sessionId)
  const last = await manager.streams.getMessage(streamName, { last_by_subj: subject })
  const end = Math.min(last?.seq ?? 0, sunkSeq + 1)
  let erased = 0
  for (let seq = 1; seq < end; ) {
    const next = await nextMessage(manager, subject, seq)
    if (!next || next.seq >= end) break
    await overwrite(manager, subject, next.seq)
    erased++
    seq = next.seq + 1
  }
  return erased
}

/** What is gone is erased, whoever removed it meanwhile: a sink does, once it has had it for a while. */
async function overwrite(manager: JetStream['manager'], subject: string, seq: number): Promise<void> {
  try {
    await manager.streams.deleteMessage(streamName, seq, true)
  } catch (error) {
    if ((await nextMessage(manager, subject, seq))?.seq === seq) throw error
  }
}
