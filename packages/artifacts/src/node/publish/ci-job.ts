/** The job that we run in, in words that every provider shares. */
import type { PublishProvider } from '../../publish-result.ts'
import { type Ci, detectCi } from './detect-ci.ts'
import type { Variables } from './environment.ts'
import { runtimeJobId } from './github-token.ts'

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

type JobFacts = Pick<CiJob, 'job' | 'shard' | 'attempt'>

interface KnownProvider {
  readonly provider: CiJob['provider']
  facts(variables: Variables): Loose<JobFacts>
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined }

const known: Readonly<Record<string, KnownProvider>> = {
  GITHUB_ACTIONS: {
    provider: 'github',
    // The jobs of a matrix have one GITHUB_JOB. Only their tokens differ, and a `run:` step has none.
    facts: (v) => ({ job: v.GITHUB_JOB, shard: runtimeJobId(v.ACTIONS_RUNTIME_TOKEN), attempt: v.GITHUB_RUN_ATTEMPT }),
  },
  GITLAB: {
    provider: 'gitlab',
    // A retry is a new job with a new id. Jobs of one `parallel` are a group, told apart by their index.
    facts: (v) => ({
      job: (v.CI_NODE_INDEX && v.CI_JOB_GROUP_NAME) || v.CI_JOB_NAME,
      shard: shardOf(v.CI_NODE_INDEX, v.CI_NODE_TOTAL),
      attempt: v.CI_JOB_ID,
    }),
  },
  AZURE_PIPELINES: {
    provider: 'azure',
    facts: (v) => ({
      // The phase is what YAML calls a job, and SYSTEM_JOBNAME the leg of its matrix.
      job: [v.SYSTEM_STAGENAME, v.SYSTEM_PHASENAME, v.SYSTEM_JOBNAME].filter(isNamed).join('-'),
      shard: shardOf(v.SYSTEM_JOBPOSITIONINPHASE, v.SYSTEM_TOTALJOBSINPHASE),
      attempt: v.SYSTEM_JOBATTEMPT,
    }),
  },
  BUILDKITE: {
    provider: 'buildkite',
    facts: (v) => ({
      job: v.BUILDKITE_STEP_KEY || v.BUILDKITE_LABEL,
      shard: shardOf(plusOne(v.BUILDKITE_PARALLEL_JOB), v.BUILDKITE_PARALLEL_JOB_COUNT),
      attempt: plusOne(v.BUILDKITE_RETRY_COUNT),
    }),
  },
  CIRCLE: {
    provider: 'circleci',
    // A rerun is a new job with a new number.
    facts: (v) => ({
      job: v.CIRCLE_JOB,
      shard: shardOf(plusOne(v.CIRCLE_NODE_INDEX), v.CIRCLE_NODE_TOTAL),
      attempt: v.CIRCLE_BUILD_NUM,
    }),
  },
  TEAMCITY: {
    provider: 'teamcity',
    // A build has no jobs within: artifacts belong to the build.
    facts: (v) => ({ job: v.TEAMCITY_BUILDCONF_NAME, attempt: v.BUILD_NUMBER }),
  },
}

export function readJob(variables: Variables): CiJob {
  const ci: Ci = detectCi(variables)
  if (!ci.isCi) return { isCi: false, provider: 'none' }
  if (ci.vendor === undefined) return { isCi: true, provider: 'none' }
  const found = known[ci.vendor.id]
  const job: CiJob = { isCi: true, provider: found?.provider ?? 'none', vendor: ci.vendor.name }
  return { ...job, ...present(found?.facts(variables) ?? {}) }
}

/** One job alone is no shard. */
function shardOf(index: string | undefined, total: string | undefined): string | undefined {
  if (!isWhole(index) || !isWhole(total)) return undefined
  return Number(total) > 1 ? `${index}-of-${total}` : undefined
}

const plusOne = (count: string | undefined): string | undefined =>
  isWhole(count) ? String(Number(count) + 1) : undefined

const isWhole = (text: string | undefined): text is string => text !== undefined && /^\d{1,9}$/.test(text)

/** Azure calls what has no name `__default`. */
const isNamed = (name: string | undefined): boolean => name !== undefined && name !== '' && name !== '__default'

function present<T extends object>(facts: Loose<T>): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== '')) as T
}
