/** Knows a player again: keeps a random id in the page's storage, which says nothing else of them. */
import { warnOfUnknownOptions } from '../environment.ts'
import { type PageScope, pageScope } from './environment.ts'
import type { Part } from './instrument.ts'

export interface PlayerOptions {
  /**
   * Under which `localStorage` keeps the id. It is removed with the consent, so no key under which the game keeps anything of its own.
   * @default 'downlink-player'
   */
  readonly key?: string
}

export const playerDefaults = { key: 'downlink-player' }

/** https://w3c.github.io/gpc/ */
interface PrivacyControl {
  readonly globalPrivacyControl?: boolean
}

/**
 * The label `player`. The id is made with the player's consent and removed when that is withdrawn; a new one comes with the
 * next page, so that nothing connects the two. There is none where the browser asks for privacy (Global Privacy Control) or has no storage.
 */
export function player(options: PlayerOptions = {}): Part {
  warnOfUnknownOptions(options, ['key'])
  const { key = playerDefaults.key } = options
  let wasRemoved = false
  return ({ telemetry, scope }) => {
    if (wasRemoved) return
    // Where one of them is missing its use throws, and the part is left out.
    const { localStorage, crypto, navigator } = scope as Pick<Window, 'localStorage' | 'crypto' | 'navigator'>
    const remove = (): void => localStorage.removeItem(key)
    // What the game itself says of its player stays.
    if ((navigator as PrivacyControl | undefined)?.globalPrivacyControl) return remove()
    const id = localStorage.getItem(key) || crypto.getRandomValues(new Uint32Array(4)).join('')
    // Not with the parts: a no that comes after these were stopped is a no.
    const unsubscribe = telemetry.buffer.subscribe(() => {
      if (telemetry.enabled) return
      unsubscribe()
      wasRemoved = true
      remove()
      telemetry.identify()
    })
    localStorage.setItem(key, id)
    telemetry.identify(id)
  }
}

/** Removes the id: with the next page the player is somebody new. The present session keeps the one that it began with. */
export function resetPlayer({ key = playerDefaults.key }: PlayerOptions = {}, scope: PageScope = pageScope()): void {
  try {
    scope.localStorage?.removeItem(key)
  } catch {
    // Where storage is forbidden there is no id.
  }
}
