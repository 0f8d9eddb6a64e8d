/** CircleCI keeps what a `store_artifacts` step names, and takes nothing from a script: the manifest is all there is to do. */
import type { Plan, Publication } from '../plan.ts'

export const leaveToCircle = ({ folder, artifactName }: Publication): Plan => ({
  status: 'manifest-only',
  steps: [],
  notes: [
    `CircleCI keeps these files if the job has a step \`store_artifacts: { path: ${folder}, destination: ${artifactName} }\``,
  ],
})
