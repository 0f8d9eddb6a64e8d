/** Reads the page's colours for what is drawn, and again when they change. */
import { useSyncExternalStore } from 'react'
import { readTheme, type Theme } from '../session/theme.ts'

const dark = matchMedia('(prefers-color-scheme: dark)')
let known: { readonly isDark: boolean; readonly theme: Theme } | undefined

export const useTheme = (): Theme => useSyncExternalStore(subscribe, snapshot)

function subscribe(listener: () => void): () => void {
  dark.addEventListener('change', listener)
  return () => dark.removeEventListener('change', listener)
}

function snapshot(): Theme {
  if (known?.isDark !== dark.matches) known = { isDark: dark.matches, theme: readTheme(document.body) }
  return known.theme
}
