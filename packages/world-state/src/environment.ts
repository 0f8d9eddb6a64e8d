/** Touches globals, as no other file does: the console, the page's storages, and where a page is asked for its inspector. */

/** Where a fault goes that nobody has asked for. */
export const reportFault = (error: unknown, event: string): void =>
  console.error(`[downlink] a listener of ${event} failed`, error)

export const warn = (message: string, error: unknown): void => console.warn(`[downlink] ${message}`, error)

/** Tells what one tab wrote from what another did. It is no secret. */
export const randomText = (): string => Math.random().toString(36).slice(2)

/** Throws where a page may not have one, and where there is no page. */
export const pageStorage = (): Storage => globalThis.localStorage

/** Absent in Node. */
export const pageDatabases = (): IDBFactory | undefined => globalThis.indexedDB

/** What tools find on a page: `globalThis.downlink`. */
export interface PageTools {
  exportInspectorSummary?: (options?: never) => Promise<unknown>
}

export const pageTools = (): { downlink?: PageTools } => globalThis as { downlink?: PageTools }
