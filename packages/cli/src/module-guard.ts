/** Guards the process against modules that a command has loaded: they can't end it unsaid, and what they print comes out safe. */

import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describeFault } from './fault.ts'
import { printMessage, printText, processSafeText } from './output.ts'

let isOurs = false

/** Ends the process, as the command has decided. */
export function endProcess(exitCode: number): never {
  isOurs = true
  process.exit(exitCode)
}

/**
 * From now on, an end that the command has not decided is a failure, and said: a module called `process.exit`, or the
 * command waits for something that can no longer happen.
 *
 * @returns how to say that the command is through
 */
export function guardEnd(): () => void {
  const onExit = (exitCode: number): void => {
    if (isOurs) return
    printMessage(`error: The process was ended with code ${exitCode} before the command was through [process_ended]`)
    printMessage(
      'A game or schema module may have called process.exit, or waits for something that can no longer happen.',
    )
    process.exitCode = 1
  }
  process.once('exit', onExit)
  return () => void process.off('exit', onExit)
}

/**
 * From now on: what goes to the console, Node's warnings, and errors that nobody takes, which end the process.
 *
 * @param withStack tells where those come from, too
 * @returns how to leave all that to Node again
 */
export function guardOutput(withStack: boolean): () => void {
  const theirs = globalThis.console
  const gate = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      printText(stripVTControlCharacters(text))
      done()
    },
  })
  globalThis.console = new Console(gate, gate)
  // Node's own listener prints a warning as it is.
  const listeners = process.rawListeners('warning') as NodeJS.WarningListener[]
  process.removeAllListeners('warning')
  const onWarning = ({ name, message }: Error): void => printMessage(`warning: ${name}: ${message}`)
  const onUncaught = (error: unknown): void => {
    process.stderr.write(describeFault(error, { withStack, safe: processSafeText() }))
    endProcess(1)
  }
  process.on('warning', onWarning).on('uncaughtException', onUncaught)
  return () => {
    globalThis.console = theirs
    process.off('warning', onWarning).off('uncaughtException', onUncaught)
    for (const listener of listeners) process.on('warning', listener)
  }
}
