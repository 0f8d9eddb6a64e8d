/** A slot's name as a file's name that every file system takes. */
import { createHash } from 'node:crypto'

/** Longer ones are cut, and told apart by their hash. */
const maxLength = 100

/**
 * Different slots have different files, also where case counts for nothing: capitals are escaped like all that is not
 * a letter, a digit or a hyphen.
 */
export function slotFile(slot: string): string {
  const safe = slot.replace(/[^a-z0-9-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`)
  const name = safe.length <= maxLength ? safe : `${safe.slice(0, maxLength)}__${hashOf(slot)}`
  // The prefix keeps it from being empty, or one of the names that Windows reserves.
  return `save-${name}.json`
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
