/** Holds Web Locks of sessions. Whoever has one writes the session, or delivers it, and nobody else does. */

export type Locks = Pick<LockManager, 'request'>

export type LetGo = (value?: unknown) => void

/**
 * @param over lets go of it, at the latest
 * @returns how to let go of it; null where another page has it, or this one already
 */
export const takeLock = (locks: Locks, sessionId: string, over: Promise<unknown>): Promise<LetGo | null> =>
  new Promise((resolve, reject) => {
    const granted = (lock: Lock | null): unknown =>
      lock
        ? new Promise((letGo) => {
            resolve(letGo)
            over.then(letGo)
          })
        : resolve(lock)
    locks.request(`downlink ${sessionId}`, { ifAvailable: true }, granted).catch(reject)
  })
