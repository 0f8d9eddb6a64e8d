/** What a game or schema module says in the process of the command: it goes to people, on stderr, through the gate. */
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { endProcess } from './end-process.ts'
import { describeFault } from './fault.ts'
import { processSafeText, tell } from './output.ts'

/**
 * From now on: what goes to the console, Node's warnings, and errors that nobody takes, which end the process.
 *
 * @param withStack tells where those come from, too
 * @returns how to leave all that to Node again
 */
export function gateModules(withStack: boolean): () => void {
  const theirs = globalThis.console
  const gate = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      process.stderr.write(processSafeText()(stripVTControlCharacters(text)))
      done()
    },
  })
  globalThis.console = new Console(gate, gate)
  // Node's own listener prints a warning as it is.
  const listeners = process.rawListeners('warning') as NodeJS.WarningListener[]
  process.removeAllListeners('warning')
  const onWarning = ({ name, message }: Error): void => tell(`warning: ${name}: ${message}`)
  const onStray = (error: unknown): void => {
    process.stderr.write(describeFault(error, { withStack, safe: processSafeText() }))
    endProcess(1)
  }
  process.on('warning', onWarning).on('uncaughtException', onStray)
  return () => {
    globalThis.console = theirs
    process.off('warning', onWarning).off('uncaughtException', onStray)
    for (const listener of listeners) process.on('warning', listener)
  }
}
