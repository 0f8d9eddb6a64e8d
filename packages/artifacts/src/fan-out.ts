/** Hands one artifact to all writers: each under its deadline, none in the way of another. */

import { messageOf } from '@downlink/protocol'
import type { Artifact, NamedArtifact, WrittenArtifact } from './artifact.ts'
import { byteLength, type Content, isStream, newlineTerminated } from './content.ts'
import { underDeadline } from './deadline.ts'
import { ArtifactError } from './errors.ts'
import type { ExportRun } from './export-context.ts'
import type { NamedWriter } from './resolve-writers.ts'
import { type Branch, shareStream } from './shared-stream.ts'
import type { WriterReceipt } from './writer.ts'

/** A writer during one export. */
export interface WriterState {
  readonly writer: NamedWriter
  durationMs: number
  /** An earlier write of this export was told to end, and has not. */
  stuck: boolean
}

/** What became of one artifact in one writer. */
export type WriteResult =
  | { readonly ok: true; readonly writer: string; readonly written: WrittenArtifact }
  | { readonly ok: false; readonly writer: string; readonly artifact: NamedArtifact; readonly error: unknown }

/** In the order of the writers, who start in it, too. Never rejects. */
export async function fanOut(
  artifact: Artifact,
  writers: readonly WriterState[],
  run: ExportRun,
): Promise<WriteResult[]> {
  const { settings, setTimer } = run
  const { timeoutMs, maxBufferedBytes } = settings
  const branches = isStream(artifact.content)
    ? shareStream(artifact.content, writers.length, { stallMs: timeoutMs / 2, maxBufferedBytes, setTimer })
    : undefined
  // A shared stream flows as fast as its slowest reader: one that waited for its turn would hold up all.
  const concurrency = branches ? writers.length : settings.concurrency
  return inPool(writers, concurrency, async (state, at) => {
    const branch = branches?.[at]
    const result = await writeOne(branch ? { ...artifact, content: branch.content } : artifact, state, branch, run)
    branch?.close()
    return result
  })
}

async function writeOne(
  artifact: Artifact,
  state: WriterState,
  branch: Branch | undefined,
  { settings, context, signal, now, setTimer }: ExportRun,
): Promise<WriteResult> {
  const { id } = state.writer
  const failed = (error: unknown): WriteResult => ({ ok: false, writer: id, artifact, error })
  if (state.stuck)
    return failed(new ArtifactError('writer_stuck', 'An earlier write of this writer has still not ended'))
  const { timeoutMs, graceMs } = settings
  const startedMs = now()
  const write = async (ownSignal: AbortSignal): Promise<WrittenArtifact> =>
    receiptOf(await state.writer.write(artifact, { ...context, signal: ownSignal }), artifact, branch)
  const outcome = await underDeadline(write, {
    timeoutMs,
    graceMs,
    setTimer,
    signal,
    onTimeout: () => new ArtifactError('write_timeout', `The write had not ended after ${timeoutMs} ms`),
    onAbort: abortedBy,
  })
  state.durationMs += now() - startedMs
  if (outcome.ok) return { ok: true, writer: id, written: outcome.value }
  state.stuck = outcome.stuck
  return failed(outcome.error)
}

export const abortedBy = (reason: unknown): ArtifactError =>
  new ArtifactError('aborted', `The export was aborted: ${messageOf(reason)}`, { cause: reason })

/** What a writer leaves unsaid, the artifact says. Whatever else it returns is not ours to pass on. */
function receiptOf(receipt: WriterReceipt, artifact: Artifact, branch: Branch | undefined): WrittenArtifact {
  const said: Partial<Record<keyof WrittenArtifact, unknown>> =
    typeof receipt === 'object' && receipt !== null ? receipt : {}
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
  return {
    section: artifact.section,
    filename: text(said.filename, artifact.filename),
    mimeType: text(said.mimeType, artifact.mimeType),
    bytes: typeof said.bytes === 'number' ? said.bytes : sizeOf(artifact.content, branch),
    ...(typeof said.sha256 === 'string' ? { sha256: said.sha256 } : {}),
    ...(typeof said.path === 'string' ? { path: said.path } : {}),
  }
}

function sizeOf(content: Content, branch: Branch | undefined): number {
  if (typeof content === 'string') return byteLength(newlineTerminated(content))
  return ArrayBuffer.isView(content) ? content.length : (branch?.bytes ?? 0)
}

/** Results come in the order of the items. `work` must not reject. */
export async function inPool<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item, at: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const lane = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item, at)
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane))
  return results
}
