/** What the page shows of a mission in words and numbers: a view of the world's own store. */

import { createStore, type StoreApi } from 'zustand/vanilla'
import type { WorldView } from '../world/world-view.ts'

interface WorldViewState {
  /** Undefined in a free battle. */
  readonly view: WorldView | undefined
}

export type WorldViewStore = StoreApi<WorldViewState>

export const createWorldViewStore = (): WorldViewStore => createStore(() => ({ view: undefined }))
