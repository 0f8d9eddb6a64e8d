/** Reads and replaces the slots of a storage: one operation after the other, and nobody else's save lost. */
import { revisionOf } from './save-file.ts'
import { type Deadline, withDeadline } from './storage/deadline.ts'
import type { MayReplace, StoragePort } from './storage/storage-port.ts'

/** Where a game has one save. */
export const defaultSlot = 'default'

interface Slot {
  /** Settles when the latest operation is over; never rejects. */
  lastTurn: Promise<unknown>
  /** Revisions that were loaded or written from here: what may be replaced. */
  readonly seen: Set<string>
}

/** Late writes of a storage that was given up may still land: so many of one's own saves are known again. */
const maxSeen = 100

export type Replaced = { readonly ok: true } | { readonly ok: false; readonly held: string }

export class SaveSlots {
  readonly #storage: StoragePort
  readonly #deadline: Deadline
  readonly #slots = new Map<string, Slot>()

  constructor(storage: StoragePort, deadline: Deadline) {
    this.#storage = storage
    this.#deadline = deadline
  }

  /**
   * Reads a slot and lets `take` do something with it before the next operation; taken, it may be replaced from here.
   * Rejects with what the storage does, and `storage_timeout`.
   */
  read<Taken extends { readonly ok: boolean }>(
    slot: string,
    take: (text: string | undefined) => Taken,
  ): Promise<Taken> {
    return this.#inTurn(slot, async ({ seen }) => {
      const text = (await withDeadline(() => this.#storage.read(slot), this.#deadline)) ?? undefined
      const taken = take(text)
      if (taken.ok && text !== undefined) remember(seen, text)
      return taken
    })
  }

  /** Replaces what a slot holds, unless somebody else wrote that: then it is given back. Rejects as `read` does. */
  replace(slot: string, text: string, overwrite: boolean): Promise<Replaced> {
    return this.#inTurn(slot, async ({ seen }) => {
      let strange: string | undefined
      try {
        await withDeadline(async (signal) => {
          const mayReplace: MayReplace = (held) => {
            if (!overwrite && held && !seen.has(revisionOf(held))) strange = held
            return strange === undefined && !signal.aborted
          }
          // A storage of somebody else's may not ask.
          if (!overwrite && !mayReplace(await this.#storage.read(slot))) return
          signal.throwIfAborted()
          // From here on it may be there, also where the storage does not say so any more.
          remember(seen, text)
          await this.#storage.write(slot, text, mayReplace)
        }, this.#deadline)
      } catch (cause) {
        if (strange === undefined) throw cause
      }
      return strange === undefined ? { ok: true } : { ok: false, held: strange }
    })
  }

  #inTurn<Result>(name: string, run: (slot: Slot) => Promise<Result>): Promise<Result> {
    const slot = this.#slots.get(name) ?? { lastTurn: Promise.resolve(), seen: new Set() }
    this.#slots.set(name, slot)
    const turn = slot.lastTurn.then(() => run(slot))
    slot.lastTurn = turn.catch(() => {})
    return turn
  }
}

function remember(seen: Set<string>, text: string): void {
  seen.add(revisionOf(text))
  const [oldest] = seen
  if (seen.size > maxSeen && oldest !== undefined) seen.delete(oldest)
}
