/** No way of its own: the manifest says what there is, and whoever runs the job takes it from there. */
import type { Plan, Publication } from '../plan.ts'

export const leaveManifest = ({ job, folder }: Publication): Plan => ({
  status: 'manifest-only',
  steps: [],
  notes: [
    job.isCi
      ? `${job.vendor ?? 'This CI'} has no provider here: keep ${folder} as an artifact in the job's configuration, or set TELEMETRY_CI_COMMANDS`
      : `Not in CI: the files are in ${folder}`,
  ],
})
