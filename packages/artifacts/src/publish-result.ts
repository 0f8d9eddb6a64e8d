/** Names what a publisher did with the files of an export, and what of it went wrong. */

/** Whose way of publishing was gone: the CI's own, the caller's `commands`, or none. */
export type PublishProvider =
  | 'github'
  | 'gitlab'
  | 'azure'
  | 'buildkite'
  | 'circleci'
  | 'teamcity'
  /** Commands that the caller gave, in CI or out of it. */
  | 'commands'
  /** A CI without a way of its own here, or no CI at all. */
  | 'none'

export type PublishStatus =
  /** The files arrived: whoever took them said so. */
  | 'published'
  /** The CI's agent was told on stdout; it takes the files later, and tells nobody here. */
  | 'requested'
  /** The manifest lies beside the files; the job's own configuration keeps both. */
  | 'manifest-only'
  /** The manifest was written, and what would be done was said. Nothing was done. */
  | 'dry-run'
  /** Something is in `failures`. What could be published all the same was. */
  | 'failed'

export interface PublishResult {
  /** Whether there are no failures. */
  readonly ok: boolean
  readonly provider: PublishProvider
  readonly status: PublishStatus
  /** What the files are called as a whole, where the provider has such a name. */
  readonly artifactName: string
  /** Absolute path of the manifest, if it could be written. */
  readonly manifest?: string
  /** In the order in which they ran, or would run. */
  readonly commands: readonly CommandReport[]
  /** For people: what was done, and what the job has to do itself. */
  readonly notes: readonly string[]
  readonly failures: readonly PublishFailure[]
  readonly durationMs: number
}

export interface PublishFailure {
  readonly code: PublishFailureCode
  readonly message: string
}

export type PublishFailureCode =
  /** The publisher itself threw, or gave no result. */
  | 'publisher_failed'
  /** The publisher was still at work at its time limit. */
  | 'publisher_timeout'
  /** A file was named and does not exist. */
  | 'file_missing'
  /** A file exists and can't be read, or is not a file. */
  | 'file_unreadable'
  /** The provider can't be told of a file with this name. */
  | 'file_name_unsupported'
  /** The manifest can't be written. */
  | 'manifest_not_written'
  /** `TELEMETRY_CI_COMMANDS` is not a JSON array of argv arrays. */
  | 'commands_unreadable'
  /** A command ended with another code than 0. */
  | 'command_failed'
  /** A command was still running at its time limit, and was ended. */
  | 'command_timeout'
  /** A command was ended by a signal that was not ours. */
  | 'command_killed'
  /** There is no such program. */
  | 'command_not_found'
  /** The folder to run it in does not exist, or is not a folder. */
  | 'command_bad_directory'
  /** It can't be started for another reason: not executable, arguments too long. */
  | 'command_not_started'
  /** The caller's signal ended the export. */
  | 'aborted'
  /** The CI's client or its service refused the upload. */
  | 'upload_failed'
  /** The CI can't be told: its output or step file can't be written. */
  | 'provider_not_told'

/** A command, how it ended, and how long it took. Secrets in it are masked. */
export interface CommandReport {
  readonly argv: readonly string[]
  readonly status: CommandStatus
  /** Of a command that ended by itself. */
  readonly exitCode?: number
  /** That ended it. */
  readonly signal?: string
  readonly durationMs: number
  /** The end of what it printed, on both channels. */
  readonly output: string
}

export type CommandStatus =
  | 'succeeded'
  | 'failed'
  | 'timeout'
  | 'killed'
  | 'not-found'
  | 'bad-directory'
  | 'not-started'
  | 'aborted'
  /** A dry run, or the program has just proved unusable. */
  | 'not-run'

/** What publishes the files of an export. Never rejects for what the outside does. */
export interface ArtifactPublisher {
  /**
   * @param artifactPaths of files that writers have written
   * @param context the export's, passed through to events and manifest; an `AbortSignal` as `signal` ends it
   */
  publish(artifactPaths: readonly string[], context?: Readonly<Record<string, unknown>>): Promise<PublishResult>
}
