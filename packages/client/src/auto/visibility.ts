/** Records when the page is hidden and shown: a player who leaves a tab open does not play. */
import type { Part } from './instrument.ts'

export function visibility(): Part<'page_hidden' | 'page_shown'> {
  return ({ telemetry, scope, nowMs, on }) => {
    let changedMs = nowMs()
    on('visibilitychange', () => {
      const lastedMs = Math.round(nowMs() - changedMs)
      changedMs += lastedMs
      if (scope.document?.visibilityState === 'hidden') telemetry.push('page_hidden', { shownMs: lastedMs })
      else telemetry.push('page_shown', { hiddenMs: lastedMs })
    })
  }
}
