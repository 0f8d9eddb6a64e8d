/** Starts a store process. */
import { fileURLToPath } from 'node:url'
import type { FromStore, ToStore } from './messages.ts'
import { type Child, type ChildListener, spawnChild } from './spawn-child.ts'

export type StoreChild = Child<ToStore>
export type StoreChildListener = ChildListener<FromStore>
export type SpawnStore = (listener: StoreChildListener) => StoreChild

const storeMain = fileURLToPath(new URL('../store-main.js', import.meta.url))

export const spawnStore: SpawnStore = (listener) => spawnChild(storeMain, listener)
