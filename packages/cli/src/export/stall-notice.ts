/** Warns that nothing comes of an export: a game may play without a pause, or wait for ever. */

export interface StallNotice {
  /** Something has come: the time begins anew. */
  readonly reset: () => void
  readonly end: () => void
}

const intervalMs = 10_000

/** @param warn is called after each interval in which nothing has come */
export function createStallNotice(warn: (text: string) => void): StallNotice {
  let seconds = 0
  const timer = setInterval(() => {
    seconds += intervalMs / 1000
    warn(`Nothing has come of the export for ${seconds} s: the game may be busy, or hang. Ctrl-C ends it.`)
  }, intervalMs)
  return {
    reset() {
      seconds = 0
      timer.refresh()
    },
    end: () => clearInterval(timer),
  }
}
