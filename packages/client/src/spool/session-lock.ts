/** Holds Web Locks of sessions. Whoever has one writes the session, or delivers it, and nobody else does. */

export type Locks = Pick<LockManager, 'request'>

/**
 * @param signal lets go of it
 * @returns false where another page has it, or this one already
 */
export const takeLock = (locks: Locks, sessionId: string, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const granted = (lock: Lock | null): unknown => {
      resolve(!!lock)
      return lock && !signal.aborted && new Promise((letGo) => signal.addEventListener('abort', letGo))
    }
    locks.request(`downlink ${sessionId}`, { ifAvailable: true }, granted).catch(reject)
  })
