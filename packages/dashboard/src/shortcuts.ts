/** Runs what a single key stands for, and lists the keys for the help. Every part of the page adds keys of its own while it is shown. */

import { createContext, useContext, useEffect } from 'react'
import { createObservable } from './observable.ts'

export interface Shortcut {
  /** As `KeyboardEvent.key` has it. */
  readonly key: string
  /** @example 'Pause the tail' */
  readonly does: string
  readonly run: () => void
}

export interface Shortcuts {
  /** @returns takes them back */
  add(group: readonly Shortcut[]): () => void
  /** A key that two have is the later one's. @returns whether it is anybody's */
  press(key: string): boolean
  snapshot(): readonly Shortcut[]
  subscribe(listener: () => void): () => void
}

export function createShortcuts(): Shortcuts {
  const groups = new Set<readonly Shortcut[]>()
  const { snapshot, subscribe, set } = createObservable<readonly Shortcut[]>([])
  const change = (): void => set([...groups].flat())

  return {
    add(group) {
      const entry = [...group]
      groups.add(entry)
      change()
      return () => {
        groups.delete(entry)
        change()
      }
    },

    press(key) {
      const shortcut = snapshot().findLast((one) => one.key === key)
      shortcut?.run()
      return shortcut !== undefined
    },

    snapshot,
    subscribe,
  }
}

/** Whether the key is the page's: not while somebody writes, nor with a key that makes it the browser's. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false
  const [target] = event.composedPath()
  if (!(target instanceof Element)) return true
  return (
    target.closest('input:not([type=radio], [type=checkbox]), textarea, select, dialog, [contenteditable]') === null
  )
}

const ShortcutsContext = createContext<Shortcuts | undefined>(undefined)

export const ShortcutsProvider = ShortcutsContext.Provider

/** Adds keys for as long as the part is shown; they may be others with each rendering. */
export function useShortcuts(group: readonly Shortcut[]): void {
  const shortcuts = useContext(ShortcutsContext)
  useEffect(() => shortcuts?.add(group), [shortcuts, group])
}
