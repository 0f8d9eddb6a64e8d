/** Reads the job that we run in off its variables, in words that every provider shares, and names its artifacts. */
import { createHash } from 'node:crypto'
import { detectCi } from './detect-ci.ts'
import type { Variables } from './environment.ts'
import type { CiJob, CiProvider, JobFacts, Plan, Publication } from './provider.ts'
import { azure } from './providers/azure.ts'
import { buildkite } from './providers/buildkite.ts'
import { circleci } from './providers/circleci.ts'
import { github } from './providers/github.ts'
import { gitlab } from './providers/gitlab.ts'
import { teamcity } from './providers/teamcity.ts'

/** The CIs with a way of their own. */
const providers: readonly CiProvider[] = [github, gitlab, azure, buildkite, circleci, teamcity]

export function readJob(variables: Variables): CiJob {
  const ci = detectCi(variables)
  if (!ci.isCi) return { isCi: false, provider: 'none' }
  const { vendor } = ci
  if (vendor === undefined) return { isCi: true, provider: 'none' }
  const provider = providers.find(({ vendorId }) => vendorId === vendor.id)
  const job: CiJob = { isCi: true, provider: provider?.name ?? 'none', vendor: vendor.name }
  return { ...job, ...known(provider?.facts(variables) ?? {}) }
}

function known(facts: JobFacts): Pick<CiJob, 'job' | 'shard' | 'attempt'> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ''))
}

/** The way of the job's provider; without one the manifest says what there is, and whoever runs the job takes it from there. */
export const planForJob = (publication: Publication): Plan =>
  providers.find(({ name }) => name === publication.job.provider)?.plan(publication) ?? manifestPlan(publication)

const manifestPlan = ({ job, folder }: Publication): Plan => ({
  status: 'manifest-only',
  steps: [],
  notes: [
    job.isCi
      ? `${job.vendor ?? 'This CI'} has no provider here: keep ${folder} as an artifact in the job's configuration, or set TELEMETRY_CI_COMMANDS`
      : `Not in CI: the files are in ${folder}`,
  ],
})

/** Longer names are cut: some providers stop at 256, and folders are made of them. */
const maxLength = 100

/**
 * Letters, digits, `.`, `_` and `-`: what every provider, file system and URL takes.
 * A name that has to be changed gets a piece of its hash, so that `test (a/b)` and `test (a:b)` stay two.
 *
 * @example publishName({ isCi: true, provider: 'buildkite', job: 'e2e', shard: '2-of-4', attempt: '1' }) // 'telemetry-e2e-2-of-4-1'
 */
export function publishName(job: CiJob, chosen: string | undefined): string {
  const wanted = chosen ?? ['telemetry', job.job, job.shard, job.attempt].filter(Boolean).join('-')
  const clean = wanted
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  if (clean === wanted && clean.length <= maxLength) return clean
  const start = [...clean].slice(0, maxLength - 9).join('')
  return [start || 'telemetry', createHash('sha256').update(wanted).digest('hex').slice(0, 8)].join('-')
}
