/** Holds the Web Lock that tells other pages that this one lives, and so writes its session itself. */

export interface PageLock {
  readonly name: string
  /** Takes it under the name of a session. False where another page has that. */
  take(sessionId: string): Promise<boolean>
  release(): void
}

export const lockNameOf = (sessionId: string): string => `downlink ${sessionId}`

export function createPageLock(locks: Pick<LockManager, 'request'>): PageLock {
  let letGo: (() => void) | undefined
  const lock = {
    name: '',
    take: (sessionId: string) =>
      new Promise<boolean>((resolve, reject) => {
        if (letGo) return resolve(true)
        const isHeld = (held: Lock | null): Promise<void> | undefined => {
          resolve(held !== null)
          return held
            ? new Promise((release) => {
                letGo = release
              })
            : undefined
        }
        lock.name = lockNameOf(sessionId)
        locks.request(lock.name, { ifAvailable: true }, isHeld).catch(reject)
      }),
    release() {
      letGo?.()
      letGo = undefined
    },
  }
  return lock
}
