/** Limits each step of publishing in time: a folder, a pipe or a program that hangs must not hold the job. */
import { type SetTimer, withTimeout } from '../../deadline.ts'
import type { CommandOutcome, CommandRunner } from './command-runner.ts'
import type { ProviderOutput, PublishFileSystem } from './environment.ts'

export interface TimeLimit {
  readonly timeoutMs: number
  readonly setTimer: SetTimer
}

export function limitFileSystem(fileSystem: PublishFileSystem, limit: TimeLimit): PublishFileSystem {
  const limited = limitCalls(limit)
  return {
    async *read(path) {
      const chunks = fileSystem.read(path)[Symbol.asyncIterator]()
      for (;;) {
        const { done, value } = await limited(() => chunks.next())
        if (done === true) return
        yield value
      }
    },
    writeAtomically: (path, text) => limited(() => fileSystem.writeAtomically(path, text)),
    append: (path, text) => limited(() => fileSystem.append(path, text)),
  }
}

export function limitOutput(output: ProviderOutput, limit: TimeLimit): ProviderOutput {
  const limited = limitCalls(limit)
  return (line) => limited(async () => output(line))
}

/** Once a call has run into its limit, further ones are not made: each would hang as long. */
function limitCalls({ timeoutMs, setTimer }: TimeLimit): <Result>(call: () => Promise<Result>) => Promise<Result> {
  let hangs = false
  return async (call) => {
    if (hangs) throw new Error('it hangs since an earlier call')
    const giveUp = (): never => {
      hangs = true
      throw new Error(`it had not ended after ${timeoutMs} ms`)
    }
    return withTimeout(call, timeoutMs, giveUp, setTimer)
  }
}

/** For a runner to end what ran into the command's own limit; what can't be killed is left behind. */
const endGraceMs = 5000

export const limitRunner =
  (runner: CommandRunner, setTimer: SetTimer): CommandRunner =>
  (command) =>
    withTimeout(
      () => runner(command),
      command.timeoutMs + endGraceMs,
      (): CommandOutcome => ({ status: 'timeout', stdout: '', stderr: '' }),
      setTimer,
    )
