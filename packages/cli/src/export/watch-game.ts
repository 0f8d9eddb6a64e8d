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

/** An async `step` that fails does so with every tick. */
const maxStrays = 20

const furtherStrays = (count: number): ExportFailure => ({
  stage: 'play',
  code: 'game_failed',
  message: `and ${count.toLocaleString('en')} more that nobody took`,
})

export function watchGame(ports: ExportPorts, narrator: Narrator): GameWatch {
  const strays: ExportFailure[] = []
  let unnamed = 0
  const stopListening = ports.listenForStrays((error) => {
    if (strays.length === maxStrays) {
      unnamed += 1
      return
    }
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
    strays: () => (unnamed === 0 ? strays : [...strays, furtherStrays(unnamed)]),
    standstill,
    stopWatching() {
      stopListening()
      stopWaiting()
    },
  }
}
