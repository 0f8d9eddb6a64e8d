/** GitLab keeps what `artifacts:paths` of the job names, and takes nothing from a script: the manifest is all there is to do. */
import { isAbsolute, relative, sep } from 'node:path'
import type { Plan, Publication } from '../plan.ts'

/** No dotenv report: it would need configuration of its own, and says nothing that the manifest doesn't. */
export function leaveToGitlab({ folder, variables }: Publication): Plan {
  const project = variables.CI_PROJECT_DIR
  const path = project === undefined ? folder : relative(project, folder) || '.'
  const isOutside = project !== undefined && (isAbsolute(path) || path.split(sep)[0] === '..')
  const note = isOutside
    ? `GitLab keeps only what lies below ${project}, and ${folder} does not: choose another --artifactDir`
    : `GitLab keeps these files if the job has \`artifacts: { when: always, paths: [${path.split(sep).join('/')}/] }\``
  return { status: 'manifest-only', steps: [], notes: [note] }
}
