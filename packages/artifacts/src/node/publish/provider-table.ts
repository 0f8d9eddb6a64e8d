/** The CIs with a way of their own. */
import type { CiJob } from './ci-job.ts'
import type { Provider } from './plan.ts'
import { leaveManifest } from './providers/none.ts'

export const providers: Readonly<Record<CiJob['provider'], Provider>> = {
  github: leaveManifest,
  gitlab: leaveManifest,
  azure: leaveManifest,
  buildkite: leaveManifest,
  circleci: leaveManifest,
  teamcity: leaveManifest,
  none: leaveManifest,
}
