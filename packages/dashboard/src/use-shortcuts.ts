/** Hands the single keys to every part of the page. */
import { createContext, useContext, useEffect } from 'react'
import type { Shortcut, Shortcuts } from './shortcuts.ts'

const ShortcutsContext = createContext<Shortcuts | undefined>(undefined)

export const ShortcutsProvider = ShortcutsContext.Provider

/** Adds keys for as long as the part is shown; they may be others with each rendering. */
export function useShortcuts(group: readonly Shortcut[]): void {
  const shortcuts = useContext(ShortcutsContext)
  useEffect(() => shortcuts?.add(group), [shortcuts, group])
}
