/**
 * Plans for CircleCI: it keeps what a `store_artifacts` step names, and takes nothing from a script.
 * https://circleci.com/docs/artifacts/
 * https://circleci.com/docs/variables/
 */
import type { Variables } from '../environment.ts'
import { type CiProvider, type JobFacts, type Plan, type Publication, plusOne, shardOf } from '../provider.ts'

export const circleci: CiProvider = { name: 'circleci', vendorId: 'CIRCLE', facts, plan }

/** A rerun is a new job with a new number. */
function facts(variables: Variables): JobFacts {
  return {
    job: variables.CIRCLE_JOB,
    shard: shardOf(plusOne(variables.CIRCLE_NODE_INDEX), variables.CIRCLE_NODE_TOTAL),
    attempt: variables.CIRCLE_BUILD_NUM,
  }
}

function plan({ folder, artifactName }: Publication): Plan {
  const step = `store_artifacts: { path: ${folder}, destination: ${artifactName} }`
  return { status: 'manifest-only', steps: [], notes: [`CircleCI keeps these files if the job has a step \`${step}\``] }
}
