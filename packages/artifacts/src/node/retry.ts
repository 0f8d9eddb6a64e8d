/** Patience with Windows, where a virus scanner or an indexer may hold a file for a moment. */
import { systemCode } from './file-errors.ts'

export type Wait = (delayMs: number) => Promise<void>

const passing = ['EPERM', 'EBUSY', 'EACCES']

/** Two seconds in all. Elsewhere these codes don't pass, but then the folder would have refused the file before. */
const delaysMs = [10, 20, 50, 100, 200, 400, 600, 600]

export async function retried<T>(attempt: () => Promise<T>, wait: Wait): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await attempt()
    } catch (error) {
      if (!passing.includes(systemCode(error) ?? '')) throw error
      await wait(delayMs)
    }
  }
  return attempt()
}
