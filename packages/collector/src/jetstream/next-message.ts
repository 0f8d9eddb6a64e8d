/** Reads the next message of some subjects. */
import type { NextMsgRequest, StoredMsg } from '@nats-io/jetstream'
import type { JetStream } from './connect.ts'
import { streamName } from './subjects.ts'

/** The first one from a sequence on; null where there is none. Rejects where the stream does not answer. */
export function nextMessage(
  { streams }: JetStream['manager'],
  subjects: string,
  seq: number,
): Promise<StoredMsg | null> {
  // Every server knows it, and the client's type for it is that of another way to ask.
  const request: NextMsgRequest & { readonly seq: number } = { seq, next_by_subj: subjects }
  return streams.getMessage(streamName, request)
}
