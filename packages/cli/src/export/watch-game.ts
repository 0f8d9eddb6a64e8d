/** Watches a game for what would end the process, and with it the summary: uncaught errors, and waiting for nothing. */

import { type ExportFailure, stageFailure } from './failures.ts'
import type { ExportPorts } from './ports.ts'
import type { Reporter } from './reporter.ts'
import { type ExportSummary, emptySummary, withFailure } from './summary.ts'

export interface GameWatch {
  /** Exceptions and rejections so far that nobody took. */
  uncaughtErrors(): readonly ExportFailure[]
  /** Resolves when the game waits for something that can no longer happen. */
  readonly idle: Promise<ExportSummary>
  stopWatching(): void
}

/** An async `step` that fails does so with every tick. */
const maxErrors = 20

const furtherErrors = (count: number): ExportFailure => ({
  stage: 'play',
  code: 'game_failed',
  message: `and ${count.toLocaleString('en')} more that nobody took`,
})

export function watchGame(ports: ExportPorts, reporter: Reporter): GameWatch {
  const uncaughtErrors: ExportFailure[] = []
  let unnamed = 0
  const stopListening = ports.listenForUncaughtErrors((error) => {
    if (uncaughtErrors.length === maxErrors) {
      unnamed += 1
      return
    }
    reporter.error(error)
    uncaughtErrors.push(stageFailure('play', error))
  })
  let stopWaiting = (): void => {}
  const idle = new Promise<ExportSummary>((resolve) => {
    stopWaiting = ports.listenForIdle(() => {
      const error = new Error('The game waits for something that can no longer happen')
      reporter.error(error)
      resolve(withFailure(emptySummary, stageFailure('export', error)))
    })
  })
  return {
    uncaughtErrors: () => (unnamed === 0 ? uncaughtErrors : [...uncaughtErrors, furtherErrors(unnamed)]),
    idle,
    stopWatching() {
      stopListening()
      stopWaiting()
    },
  }
}
