/** Keeps the address of what the page shows, and the browser's bar in step with it: browsers take only so many changes at a time. */

export interface AddressBar {
  /** As `location.hash` has it, also where the bar is yet to follow. */
  fragment(): string
  /** Shows another one, with a step in the browser's history. */
  push(fragment: string): void
  /** Shows another one in the place of this one. */
  replace(fragment: string): void
  /** @returns ends it */
  subscribe(listener: () => void): () => void
}

/** The part of the browser that it needs. */
export interface Browser extends Pick<EventTarget, 'addEventListener' | 'removeEventListener'> {
  readonly location: { readonly hash: string }
  readonly history: Pick<History, 'pushState' | 'replaceState'>
  readonly setTimeout: (run: () => void, ms: number) => unknown
}

/** Safari throws from the hundredth in ten seconds, and Chromium forgets what is beyond two hundred. */
export const barIntervalMs = 400

export function createAddressBar(browser: () => Browser): AddressBar {
  const listeners = new Set<() => void>()
  /** What is shown and the bar does not have yet. */
  let ahead: string | undefined
  let isResting = false

  function write(): void {
    if (ahead === undefined) return
    browser().history.replaceState(null, '', ahead)
    ahead = undefined
  }

  function writeAndRest(): void {
    if (isResting || ahead === undefined) return
    write()
    isResting = true
    browser().setTimeout(() => {
      isResting = false
      writeAndRest()
    }, barIntervalMs)
  }

  function changed(): void {
    for (const listener of listeners) listener()
  }

  /** Somebody went to another address: by link, by the bar, back or forth. */
  function onHashChange(): void {
    ahead = undefined
    changed()
  }

  // What is left behind has to be whole before: a click may follow a link, and `pagehide` is the last that one hears.
  function listen(method: 'addEventListener' | 'removeEventListener'): void {
    browser()[method]('hashchange', onHashChange)
    browser()[method]('click', write, { capture: true })
    browser()[method]('pagehide', write)
  }

  return {
    fragment: () => ahead ?? browser().location.hash,
    push(fragment) {
      write()
      browser().history.pushState(null, '', fragment)
      changed()
    },
    replace(fragment) {
      ahead = fragment
      writeAndRest()
      changed()
    },
    subscribe(listener) {
      if (listeners.size === 0) listen('addEventListener')
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) listen('removeEventListener')
      }
    },
  }
}
