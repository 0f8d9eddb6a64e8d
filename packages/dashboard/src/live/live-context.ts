/** Hands the live link to every part of the page. */
import { createContext, useContext, useSyncExternalStore } from 'react'
import type { LiveLink, LiveSnapshot } from './live-link.ts'

const LiveContext = createContext<LiveLink | undefined>(undefined)

export const LiveProvider = LiveContext.Provider

export function useLiveLink(): LiveLink {
  const live = useContext(LiveContext)
  if (!live) throw new Error('Expected a LiveProvider around the part that reads the live link.')
  return live
}

export function useLive(): LiveSnapshot {
  const live = useLiveLink()
  return useSyncExternalStore(live.subscribe, live.snapshot)
}
