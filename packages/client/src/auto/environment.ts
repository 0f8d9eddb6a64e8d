/** Gives the parts their page: the global scope, in which nothing need be there. In this folder this file alone touches globals. */

/** What the parts use of a page. Reading any of it may throw, as `localStorage` does where a browser forbids it. */
export type PageScope = {
  readonly [Name in keyof typeof globalThis &
    (
      | 'PerformanceObserver'
      | 'addEventListener'
      | 'cancelAnimationFrame'
      | 'clearInterval'
      | 'crypto'
      | 'devicePixelRatio'
      | 'document'
      | 'localStorage'
      | 'navigator'
      | 'performance'
      | 'removeEventListener'
      | 'requestAnimationFrame'
      | 'requestIdleCallback'
      | 'screen'
      | 'setInterval'
      | 'setTimeout'
    )]?: (typeof globalThis)[Name] | undefined
}

/** The page or worker that we are in. */
export const pageScope = (): PageScope => globalThis
