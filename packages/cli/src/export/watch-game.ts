/** What a game does behind our back: it would end the process, and with it the summary. */
import type { Narrator } from './narrator.ts'
import type { ExportPorts } from './ports.ts'
import { type ExportFailure, type ExportSummary, emptySummary, failureOf, withFailure } from './summary.ts'

export interface GameWatch {
  /** Exceptions and rejections so far that nobody took. */
  strays(): readonly ExportFailure[]
  /** Resolves when the game waits for something that can no longer happen. */
  readonly standstill: Promise<ExportSummary>
  stopWatching(): void
}

export function watchGame(ports: ExportPorts, narrator: Narrator): GameWatch {
  const strays: ExportFailure[] = []
  const stopListening = ports.listenForStrays((error) => {
    narrator.fault(error)
    strays.push(failureOf('play', error))
  })
  let stopWaiting = (): void => {}
  const standstill = new Promise<ExportSummary>((resolve) => {
    stopWaiting = ports.listenForStandstill(() => {
      const error = new Error('The game waits for something that can no longer happen')
      narrator.fault(error)
      resolve(withFailure(emptySummary, failureOf('export', error)))
    })
  })
  return {
    strays: () => strays,
    standstill,
    stopWatching() {
      stopListening()
      stopWaiting()
    },
  }
}
