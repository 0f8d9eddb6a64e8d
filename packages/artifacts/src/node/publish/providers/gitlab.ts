/**
 * Plans for GitLab: it keeps what `artifacts:paths` of the job names, and takes nothing from a script.
 * https://docs.gitlab.com/ci/yaml/#artifactspaths
 * https://docs.gitlab.com/ci/variables/predefined_variables/
 */
import { isAbsolute, relative, sep } from 'node:path'
import type { Variables } from '../environment.ts'
import { type CiProvider, type JobFacts, type Plan, type Publication, shardOf } from '../provider.ts'

export const gitlab: CiProvider = { name: 'gitlab', vendorId: 'GITLAB', facts, plan }

/** A retry is a new job with a new id. Jobs of one `parallel` are a group, told apart by their index. */
function facts(variables: Variables): JobFacts {
  return {
    job: (variables.CI_NODE_INDEX && variables.CI_JOB_GROUP_NAME) || variables.CI_JOB_NAME,
    shard: shardOf(variables.CI_NODE_INDEX, variables.CI_NODE_TOTAL),
    attempt: variables.CI_JOB_ID,
  }
}

/** No dotenv report: it would need configuration of its own, and says nothing that the manifest doesn't. */
function plan({ folder, variables }: Publication): Plan {
  const project = variables.CI_PROJECT_DIR
  const path = project === undefined ? folder : relative(project, folder) || '.'
  const isOutside = project !== undefined && (isAbsolute(path) || path.split(sep)[0] === '..')
  const note = isOutside
    ? `GitLab keeps only what lies below ${project}, and ${folder} does not: choose another --artifactDir`
    : `GitLab keeps these files if the job has \`artifacts: { when: always, paths: [${path.split(sep).join('/')}/] }\``
  return { status: 'manifest-only', steps: [], notes: [note] }
}
