/** What a provider wants done. Providers only plan: carrying out, and telling what would be, is done for all of them in one place. */
import type { PublishFailure, PublishStatus } from '../../publish-result.ts'
import type { CiJob } from './ci-job.ts'
import type { Argv, CommandOutcome } from './command-runner.ts'
import type { Variables } from './environment.ts'
import type { LocatedFile } from './manifest.ts'

/** The way of one CI. Pure. */
export type Provider = (publication: Publication) => Plan

/** What there is to publish. */
export interface Publication {
  readonly job: CiJob
  readonly artifactName: string
  /** Absolute. */
  readonly manifestPath: string
  /** Absolute: the deepest folder that holds the manifest and every file. */
  readonly folder: string
  readonly files: readonly LocatedFile[]
  readonly variables: Variables
}

export interface Plan {
  /** What it comes to if every step goes well. */
  readonly status: Extract<PublishStatus, 'published' | 'requested' | 'manifest-only'>
  readonly steps: readonly Step[]
  readonly notes: readonly string[]
  /** What is known before the first step. */
  readonly failures?: readonly PublishFailure[]
}

export type Step =
  | {
      readonly do: 'run'
      readonly argv: Argv
      readonly directory: string
      /** Reads more out of how the command ended than success or failure. */
      readonly judge?: (outcome: CommandOutcome) => Judgement | undefined
    }
  /** A line on stdout, for the CI's agent. */
  | { readonly do: 'say'; readonly line: string }
  /** To a file that the CI reads after the step. */
  | { readonly do: 'append'; readonly path: string; readonly text: string; readonly what: string }

export interface Judgement {
  readonly note?: string
  readonly failure?: PublishFailure
  /** Where it comes to something else than planned. */
  readonly status?: Plan['status']
}
