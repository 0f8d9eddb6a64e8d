/** Says that an export goes on where nothing else is said: a game may play without a pause, or wait for ever. */

export interface Silence {
  /** Something was said, or has happened. */
  readonly broken: () => void
  readonly end: () => void
}

const longMs = 10_000

/** @param tell is told each time that it has lasted as long again */
export function watchSilence(tell: (text: string) => void): Silence {
  let seconds = 0
  const timer = setInterval(() => {
    seconds += longMs / 1000
    tell(`Nothing has come of the export for ${seconds} s: the game may be busy, or hang. Ctrl-C ends it.`)
  }, longMs)
  return {
    broken() {
      seconds = 0
      timer.refresh()
    },
    end: () => clearInterval(timer),
  }
}
