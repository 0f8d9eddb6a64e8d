/** A store's faults in the console, for a game that listens to none of them. */
import { messageOf } from '@downlink/protocol'
import { warn } from '../environment.ts'
import type { WorldStateFault } from './world-events.ts'

/** More is not for reading any more. */
const maxWritten = 100

/** Writes each fault once: one that comes with every frame would drown all else. */
export function createConsoleReport(): (fault: WorldStateFault) => void {
  const written = new Set<string>()
  return ({ code, type, error }) => {
    const words = `${code}${type === null ? '' : ` at ${type}`}`
    const fault = `${words}: ${messageOf(error)}`
    if (written.has(fault) || written.size === maxWritten) return
    written.add(fault)
    warn(words, error)
  }
}
