/** Records how long the page took to load, as the browser has measured it. */
import type { Part } from './instrument.ts'

/** Until the browser has all times. */
const retryMs = 1000

/** Once a page, as soon as it has loaded. */
export function loading(): Part<'page_loaded'> {
  let isRecorded = false
  return ({ telemetry, scope, every }) => {
    const stop = every(retryMs, () => {
      const [page] = (scope.performance?.getEntriesByType('navigation') ?? []) as PerformanceNavigationTiming[]
      if (page && page.loadEventEnd <= 0) return
      stop()
      if (isRecorded || !page) return
      isRecorded = true
      const [paint] = scope.performance?.getEntriesByName('first-contentful-paint') ?? []
      telemetry.push('page_loaded', {
        firstByteMs: Math.round(page.responseStart),
        interactiveMs: Math.round(page.domInteractive),
        loadMs: Math.round(page.loadEventEnd),
        ...(paint && { firstPaintMs: Math.round(paint.startTime) }),
      })
    })
  }
}
