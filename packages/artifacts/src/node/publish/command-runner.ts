/** Names the port of whatever runs a command, and the ways in which one can end. */

/** Never rejects: however a command ends is an outcome. No shell reads the arguments. */
export type CommandRunner = (command: Command) => Promise<CommandOutcome>

export interface Command {
  /** The program, then its arguments. */
  readonly argv: Argv
  /** Absolute. */
  readonly directory: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  /** Ends the command before its time. */
  readonly signal?: AbortSignal
}

export type Argv = readonly [program: string, ...args: string[]]

export type CommandOutcome = Printed &
  (
    | { readonly status: 'succeeded' }
    /** Ended by itself with another code than 0. */
    | { readonly status: 'failed'; readonly exitCode: number }
    /** Ran into its time limit, and was ended. */
    | { readonly status: 'timeout' }
    /** Ended by a signal that was not ours. */
    | { readonly status: 'killed'; readonly signal: string }
    /** There is no such program. */
    | { readonly status: 'not-found' }
    /** The folder to run it in is not there, or is no folder. */
    | { readonly status: 'bad-directory' }
    | { readonly status: 'not-started'; readonly reason: string }
    /** Ended because the caller's signal said so. */
    | { readonly status: 'aborted' }
  )

/** The end of what it printed. */
interface Printed {
  readonly stdout: string
  readonly stderr: string
}
