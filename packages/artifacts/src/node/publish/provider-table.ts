/** The CIs with a way of their own. */
import type { CiJob } from './ci-job.ts'
import type { Provider } from './plan.ts'
import { askAzure } from './providers/azure.ts'
import { uploadByAgent } from './providers/buildkite.ts'
import { leaveToCircle } from './providers/circleci.ts'
import { publishOnGithub } from './providers/github.ts'
import { leaveToGitlab } from './providers/gitlab.ts'
import { leaveManifest } from './providers/none.ts'
import { askTeamcity } from './providers/teamcity.ts'

export const providers: Readonly<Record<CiJob['provider'], Provider>> = {
  github: publishOnGithub,
  gitlab: leaveToGitlab,
  azure: askAzure,
  buildkite: uploadByAgent,
  circleci: leaveToCircle,
  teamcity: askTeamcity,
  none: leaveManifest,
}
