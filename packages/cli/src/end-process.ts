/** Who may end the process: the command, and no module that it has loaded. */
import { tell } from './output.ts'

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
export function watchForEnd(): () => void {
  const onExit = (exitCode: number): void => {
    if (isOurs) return
    tell(`error: The process was ended with code ${exitCode} before the command was through [process_ended]`)
    tell('A game or schema module may have called process.exit, or waits for something that can no longer happen.')
    process.exitCode = 1
  }
  process.once('exit', onExit)
  return () => void process.off('exit', onExit)
}
