/**
 * GitHub Actions: step outputs and summary in any case; the upload itself only where a runtime token is.
 * Actions have it, `run:` steps don't (actions/toolkit#2009), and `gh` has no command for it.
 */
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { CommandOutcome } from '../command-runner.ts'
import { stepOutputs, stepSummary } from '../github-step-files.ts'
import { exitCodes } from '../github-upload.ts'
import type { Judgement, Plan, Publication, Step } from '../plan.ts'

/** @actions/artifact is 190 MB, prints to stdout and may hang: it gets a process of its own. */
const uploadMain = fileURLToPath(new URL('../github-upload-main.js', import.meta.url))

export function publishOnGithub(publication: Publication): Plan {
  const { artifactName, manifestPath, folder, files, variables } = publication
  const steps: Step[] = []
  const told = { 'artifact-name': artifactName, manifest: manifestPath, folder, files: String(files.length) }
  if (variables.GITHUB_OUTPUT) {
    steps.push({ do: 'append', path: variables.GITHUB_OUTPUT, text: stepOutputs(told), what: '$GITHUB_OUTPUT' })
  }
  if (variables.GITHUB_STEP_SUMMARY) {
    const text = stepSummary(artifactName, files)
    steps.push({ do: 'append', path: variables.GITHUB_STEP_SUMMARY, text, what: '$GITHUB_STEP_SUMMARY' })
  }
  if (!variables.ACTIONS_RUNTIME_TOKEN || !variables.ACTIONS_RESULTS_URL) {
    const note = `GitHub gives \`run:\` steps no ACTIONS_RUNTIME_TOKEN, so nothing was uploaded. ${advice}`
    return { status: 'manifest-only', steps, notes: [note] }
  }
  const argv = [process.execPath, uploadMain, manifestPath, folder, artifactName] as const
  steps.push({ do: 'run', argv, directory: folder, judge: (outcome) => judgeUpload(outcome, artifactName) })
  return { status: 'published', steps, notes: [] }
}

const advice =
  "Use this repository's action, or a step with `uses: actions/upload-artifact@v4` and this step's output `folder` as its path"

/** The child's last line on stderr is what it has to say; stdout is the client's. */
function judgeUpload(outcome: CommandOutcome, artifactName: string): Judgement | undefined {
  const last = outcome.stderr.split('\n').at(-1) ?? ''
  if (outcome.status === 'succeeded') {
    const id = /^uploaded (\d+)$/.exec(last)?.[1]
    if (id !== undefined) return { note: `Uploaded as ${artifactName}, artifact ${id}` }
    return { failure: { code: 'upload_failed', message: '@actions/artifact ended without saying that it uploaded' } }
  }
  if (outcome.status !== 'failed') return undefined
  if (outcome.exitCode === exitCodes.noClient) {
    const note = `@actions/artifact is not installed, so nothing was uploaded: add it to the job, or do without. ${advice}`
    return { status: 'manifest-only', note }
  }
  if (outcome.exitCode === exitCodes.unsupportedServer) {
    const note =
      'This GitHub server does not take artifacts of this kind: use actions/upload-artifact@v3 with this folder'
    return { status: 'manifest-only', note }
  }
  return { failure: { code: 'upload_failed', message: last || `@actions/artifact ended with ${outcome.exitCode}` } }
}
