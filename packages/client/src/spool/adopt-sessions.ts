/** Adopts the sessions whose pages are gone: takes their locks, has them delivered, and gives up what is too old or too much. */
import type { SpoolStats } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import type { Delivery } from './deliver-session.ts'
import { type Locks, takeLock } from './session-lock.ts'
import type { Chunk, SavedSession, SpoolStore } from './spool-store.ts'

export interface SpoolLimits {
  readonly maxBytes: number
  readonly keepDays: number
}

/** Delivers one session, until the signal. */
export type Deliver = (saved: SavedSession, chunks: readonly Chunk[], signal: AbortSignal) => Promise<Delivery>

const dayMs = 86_400_000

/**
 * Those that no page has at hand, oldest first.
 *
 * @param signal lets go of them
 */
export async function adoptSessions(
  store: SpoolStore,
  locks: Locks,
  signal: AbortSignal,
): Promise<readonly SavedSession[]> {
  const adopted: SavedSession[] = []
  for (const saved of await store.sessions()) if (await takeLock(locks, saved.id, signal)) adopted.push(saved)
  return adopted
}

/**
 * Delivers sessions one after the other. The oldest are given up where all together take more than their half.
 *
 * @param earlier counts what became of their events
 */
export async function deliverAdopted(
  adopted: readonly SavedSession[],
  store: SpoolStore,
  { maxBytes, keepDays }: SpoolLimits,
  { wallMs }: Environment,
  deliver: Deliver,
  earlier: Record<keyof SpoolStats['earlier'], number>,
  signal: AbortSignal,
): Promise<void> {
  let bytes = adopted.reduce((sum, saved) => sum + saved.bytes, 0)
  for (const saved of adopted) {
    const isOld = wallMs() - saved.writtenAtMs > keepDays * dayMs
    const isTooMuch = bytes > maxBytes / 2
    bytes -= saved.bytes
    const chunks = await store.chunks(saved.id)
    if (signal.aborted) return
    const outcome = isOld ? 'expired' : isTooMuch ? 'overflow' : await deliver(saved, chunks, signal)
    if (outcome === 'stopped') continue
    await store.remove(saved.id)
    earlier[outcome] += saved.line.pushed - saved.line.acked
  }
}
