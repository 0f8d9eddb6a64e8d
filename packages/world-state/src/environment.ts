/** The only file that touches globals: the console, the page's storage, and where a page is asked for its inspector. */

/** Where a fault goes that nobody has asked for. */
export const reportFault = (error: unknown, event: string): void =>
  console.error(`[downlink] a listener of ${event} threw`, error)
