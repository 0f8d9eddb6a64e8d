/** Names the file of a slot, and lets one process at a time write it. */

import { createHash } from 'node:crypto'
import { systemCode, type TextFileSystem } from '@downlink/artifacts/node'
import type { Deadline } from '../storage/deadline.ts'

/** Longer names of slots are cut, and told apart by their hash. */
const maxSlotLength = 100

/**
 * A slot's name as a file's name that every file system takes. Different slots have different files, also where case counts
 * for nothing: capitals are escaped like all that is not a letter, a digit or a hyphen.
 */
export function slotFile(slot: string): string {
  const safe = slot.replace(/[^a-z0-9-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`)
  const name = safe.length <= maxSlotLength ? safe : `${safe.slice(0, maxSlotLength)}__${hashOf(slot)}`
  // The prefix keeps it from being empty, or one of the names that Windows reserves.
  return `save-${name}.json`
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Of two processes that save at once one waits for the other. */
const lockPauseMs = 20

/** Holds a slot's file while it runs, by a file beside it that only one process can make. */
export type LockFile = (path: string, signal: AbortSignal, run: () => Promise<void>) => Promise<void>

export function createLockFile(
  fileSystem: Pick<TextFileSystem, 'open' | 'rm'>,
  deadline: Deadline,
  pause: (ms: number) => Promise<void>,
): LockFile {
  return async (path, signal, run) => {
    const lock = `${path}.lock`
    await waitForLock(lock, signal)
    try {
      await run()
    } finally {
      await fileSystem.rm(lock, { force: true })
    }
  }

  /**
   * A process that died holding a slot is waited for half of the time, so that the other half is left to save in. Who stood
   * still meanwhile has seen the time pass, and not who held the slot: it looks on for a while.
   */
  async function waitForLock(lock: string, signal: AbortSignal): Promise<void> {
    const minLooks = deadline.timeoutMs / 4 / lockPauseMs
    let [isAbandoned, looks] = [false, 0]
    const cancel = deadline.setTimer(() => {
      isAbandoned = true
    }, deadline.timeoutMs / 2)
    try {
      while (!(await makeLock(lock))) {
        looks++
        if (isAbandoned && looks >= minLooks) {
          await fileSystem.rm(lock, { force: true })
          isAbandoned = false
        }
        await pause(lockPauseMs)
        signal.throwIfAborted()
      }
    } finally {
      cancel()
    }
  }

  async function makeLock(lock: string): Promise<boolean> {
    try {
      const file = await fileSystem.open(lock, 'wx')
      await file.close()
      return true
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      throw error
    }
  }
}
