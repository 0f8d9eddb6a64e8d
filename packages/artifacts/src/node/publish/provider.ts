/**
 * Names what a provider is, one CI: how it is known, what it says of the job, and what it wants done to publish. Providers
 * only plan: executing a plan, and telling what would be done, is the same for all of them.
 */
import type { PublishFailure, PublishProvider, PublishStatus } from '../../publish-result.ts'
import type { Argv, CommandOutcome } from './command-runner.ts'
import type { Variables } from './environment.ts'

/** Its functions are pure. */
export interface CiProvider {
  readonly name: Exclude<PublishProvider, 'commands' | 'none'>
  /** Its constant in the table of ci-info, by which it is detected. @example 'GITHUB_ACTIONS' */
  readonly vendorId: string
  facts(variables: Variables): JobFacts
  plan(publication: Publication): Plan
}

export interface CiJob {
  readonly isCi: boolean
  /** The provider whose way of publishing is known here; `none` for all others. */
  readonly provider: Exclude<PublishProvider, 'commands'>
  /** @example 'GitHub Actions' */
  readonly vendor?: string
  /** The job's name or id, as its configuration has it. */
  readonly job?: string
  /** What tells apart the jobs that run from one configuration, if the provider says it. @example '2-of-4' */
  readonly shard?: string
  /** Counts from 1, or an id that each attempt gets anew. */
  readonly attempt?: string
}

/** What tells one job of a run from another. */
export type JobFacts = { readonly [Fact in keyof KnownFacts]?: KnownFacts[Fact] | undefined }

type KnownFacts = Pick<CiJob, 'job' | 'shard' | 'attempt'>

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

/** A file as the manifest lists it. */
export interface PresentFile {
  /** From the manifest's folder, with `/` on every system. */
  readonly path: string
  readonly bytes: number
  /** In lower-case hexadecimal. */
  readonly sha256: string
  /** By extension; absent where that says nothing. */
  readonly mimeType?: string
  readonly state: 'present'
}

/** A file that exists, and where. */
export interface LocatedFile extends PresentFile {
  readonly absolutePath: string
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
      readonly kind: 'run'
      readonly argv: Argv
      readonly directory: string
      /** Reads more out of how the command ended than success or failure. */
      readonly interpret?: (outcome: CommandOutcome) => Interpretation | undefined
    }
  /** A line on stdout, for the CI's agent. */
  | { readonly kind: 'print'; readonly line: string }
  /** To a file that the CI reads after the step. */
  | { readonly kind: 'append'; readonly path: string; readonly text: string; readonly what: string }

export interface Interpretation {
  readonly note?: string
  readonly failure?: PublishFailure
  /** Where it comes to something else than planned. */
  readonly status?: Plan['status']
}

/** `2-of-4`; one job alone is no shard. */
export function shardOf(index: string | undefined, total: string | undefined): string | undefined {
  if (!isWhole(index) || !isWhole(total)) return undefined
  return Number(total) > 1 ? `${index}-of-${total}` : undefined
}

/** Counts from 1 what a CI counts from 0. */
export const plusOne = (count: string | undefined): string | undefined =>
  isWhole(count) ? String(Number(count) + 1) : undefined

const isWhole = (text: string | undefined): text is string => text !== undefined && /^\d{1,9}$/.test(text)
