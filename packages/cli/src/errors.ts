/** Names what the command itself finds wrong: a code, what happened, what to do. */

export type CliErrorCode =
  /** A flag, an argument or a variable of the environment is wrong. */
  | 'bad_usage'
  /** `--game` or `--schema` names a module that is not there, does not load or lacks what is needed. */
  | 'bad_module'
  /** A file of secrets, such as `--key-file`, can't be read, or holds nothing. */
  | 'bad_secret_file'
  /** `--data` names a folder without a database. */
  | 'no_data'
  /** `doctor` found damage. */
  | 'damaged'
  /** `doctor` found a collector that has the folder open. */
  | 'data_in_use'
  /** No collector answers at `--url`. */
  | 'unreachable'
  /** The collector wants a read token, or another one. */
  | 'unauthorised'
  /** The collector answers, but not with what was asked for, or its answer broke off. */
  | 'refused'
  /** `--out` holds another dump than the one that is asked for. */
  | 'other_dump'
  /** A demo's events are not all accounted for. */
  | 'unbalanced'
  /** A verification found events missing, doubled, reordered, changed or invented, a session that is not acknowledged in full, or that no fresh one gets through. */
  | 'unsound'
  /** The collector's event definitions reject what a verification sends. */
  | 'schema_rejects'
  /** The program of `--on-fault` failed. */
  | 'fault_not_dealt'
  /** It was interrupted before it had come to a result. */
  | 'interrupted'
  /** `--snapshot` names a file that can't be read, or isn't JSON. */
  | 'bad_snapshot'
  /** The game refuses the snapshot; the message gives its reason. */
  | 'snapshot_refused'

export interface CliErrorOptions extends ErrorOptions {
  readonly answered?: string
  readonly isPassing?: boolean
}

export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  /** What to do about it, in a sentence or two. */
  readonly advice: string

  /** With `refused`: the collector's own code, where it gave one. */
  readonly answered: string | undefined

  /** The same may work in a moment. */
  readonly isPassing: boolean

  constructor(code: CliErrorCode, message: string, advice: string, options?: CliErrorOptions) {
    super(message, options)
    this.code = code
    this.advice = advice
    this.answered = options?.answered
    this.isPassing = options?.isPassing ?? false
  }
}
