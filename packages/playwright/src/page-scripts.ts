/** Runs inside pages: Playwright takes these functions there as text, so each of them stands alone. */

/** `globalThis.downlinkConfig`, as @downlink/client reads it. */
export interface PageConfig {
  readonly url?: string
  readonly key?: string
  readonly enabled?: boolean
}

/** What the page's own export is asked for. JSON. */
export interface PageExportRequest {
  readonly formats?: readonly string[]
  readonly prefix?: string
  readonly context?: Readonly<Record<string, unknown>>
}

/** What came of asking; `value` is whatever the page's export resolved to, not looked at yet. */
export type PageExportAnswer =
  | { readonly kind: 'exported'; readonly value: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'threw'; readonly message: string }

/**
 * Sets `downlinkConfig` before any script of the page runs. What the page assigns later, in its own
 * `downlink-config.js`, only fills in what is not set here: a property that it could replace would win over ours.
 */
export function overrideConfig(config: PageConfig): void {
  let own: PageConfig | undefined
  const get = (): PageConfig => {
    get.reads++
    return { ...own, ...config }
  }
  get.reads = 0
  Object.defineProperty(globalThis, 'downlinkConfig', {
    // Else a script with a `const downlinkConfig` would be a syntax error.
    configurable: true,
    enumerable: true,
    get,
    set(value: PageConfig | undefined) {
      own = value
    },
  })
}

/** Calls the export that `exposeInspector` has left on the page. */
export async function callExport(request: PageExportRequest): Promise<PageExportAnswer> {
  const { downlink } = globalThis as { readonly downlink?: { exportInspectorSummary?: unknown } }
  const exportSummary = downlink?.exportInspectorSummary
  if (typeof exportSummary !== 'function') return { kind: 'absent' }
  try {
    // A round trip through JSON: what can't make it would fail on its way out of the page, with a poorer message.
    return { kind: 'exported', value: JSON.parse(JSON.stringify((await exportSummary(request)) ?? null)) }
  } catch (error) {
    return { kind: 'threw', message: String(error) }
  }
}

/** What can be told of a page from inside. */
export interface PageState {
  /** `unread`: ours is there, and no script has asked for it. */
  readonly config: 'absent' | 'unread' | 'disabled' | 'read'
  readonly isOnline: boolean
  /** Its timers are not the browser's, but those of `page.clock` or another library. */
  readonly hasFakeClock: boolean
}

export function describePage(): PageState {
  const get = Object.getOwnPropertyDescriptor(globalThis, 'downlinkConfig')?.get as
    | ({ readonly reads?: number } & (() => PageConfig))
    | undefined
  const config = (): PageState['config'] => {
    if (get?.reads === undefined) return 'absent'
    if (get.reads === 0) return 'unread'
    return get().enabled === false ? 'disabled' : 'read'
  }
  return {
    config: config(),
    isOnline: globalThis.navigator?.onLine !== false,
    hasFakeClock: !Function.prototype.toString.call(setTimeout).includes('[native code]'),
  }
}

/** Resolves once a timer of the page has run. */
export function runTimer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
