/** Adopts the sessions whose pages are gone: takes their locks, has them delivered, and gives up what is too old or too much. */
import { type SpoolStats, sumOf } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import type { Delivery } from './deliver-session.ts'
import { type LetGo, type Locks, takeLock } from './session-lock.ts'
import type { Chunk, SavedSession, SpoolStore } from './spool-store.ts'

export interface SpoolLimits {
  readonly maxBytes: number
  readonly keepDays: number
}

/** A session whose lock is ours. */
export interface AdoptedSession extends SavedSession {
  readonly letGo: LetGo
}

const dayMs = 86_400_000

/**
 * Those that no page has at hand, oldest first.
 *
 * @param over lets go of them
 */
export async function adoptSessions(
  store: SpoolStore,
  locks: Locks,
  over: Promise<unknown>,
): Promise<readonly AdoptedSession[]> {
  const adopted: AdoptedSession[] = []
  for (const saved of await store.sessions()) {
    const letGo = await takeLock(locks, saved.id, over)
    if (letGo) adopted.push({ ...saved, letGo })
  }
  return adopted
}

/**
 * Delivers sessions one after the other. The oldest are given up where all together take more than their half. Lets go of each
 * that it is done with: what the storage refuses, or the collector does not take now, is for another page, or another attempt.
 *
 * @param earlier counts what became of their events
 */
export async function deliverAdopted(
  adopted: readonly AdoptedSession[],
  store: SpoolStore,
  limits: SpoolLimits,
  environment: Environment,
  earlier: Record<keyof SpoolStats['earlier'], number>,
  deliver: (saved: SavedSession, chunks: readonly Chunk[]) => Promise<Delivery>,
): Promise<void> {
  let bytes = sumOf(adopted.map((saved) => saved.bytes))
  for (const saved of adopted) {
    const isOld = environment.wallMs() - saved.writtenAtMs > limits.keepDays * dayMs
    const isTooMuch = bytes > limits.maxBytes / 2
    bytes -= saved.bytes
    try {
      const outcome = isOld ? 'expired' : isTooMuch ? 'overflow' : await deliver(saved, await store.chunks(saved.id))
      if (outcome !== 'stopped') {
        await store.remove(saved.id)
        earlier[outcome] += saved.line.pushed - saved.line.acked
      }
    } catch {
      // The storage fails.
    }
    saved.letGo()
  }
}
