/**
 * Plans for Azure Pipelines: the agent reads logging commands off stdout and uploads after the step.
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 * https://learn.microsoft.com/azure/devops/pipelines/build/variables
 */
import { dirname, relative, sep } from 'node:path'
import type { Variables } from '../environment.ts'
import { type CiProvider, type JobFacts, type Plan, type Publication, shardOf } from '../provider.ts'

export const azure: CiProvider = { name: 'azure', vendorId: 'AZURE_PIPELINES', facts, plan }

function facts(variables: Variables): JobFacts {
  // The phase is what YAML calls a job, and SYSTEM_JOBNAME the leg of its matrix.
  const names = [variables.SYSTEM_STAGENAME, variables.SYSTEM_PHASENAME, variables.SYSTEM_JOBNAME]
  return {
    job: names.filter(isNamed).join('-'),
    shard: shardOf(variables.SYSTEM_JOBPOSITIONINPHASE, variables.SYSTEM_TOTALJOBSINPHASE),
    attempt: variables.SYSTEM_JOBATTEMPT,
  }
}

/** Azure calls what has no name `__default`. */
const isNamed = (name: string | undefined): boolean => name !== undefined && name !== '' && name !== '__default'

function plan({ artifactName, folder, files, manifestPath, variables }: Publication): Plan {
  // The agent refuses the command anywhere else.
  const hostType = variables.SYSTEM_HOSTTYPE?.toLowerCase() ?? 'build'
  if (hostType !== 'build') {
    const note = `Azure Pipelines takes artifacts from a build only, and this is a ${hostType}: the files are in ${folder}`
    return { status: 'manifest-only', steps: [], notes: [note] }
  }
  const paths = [...files.map((file) => file.absolutePath), manifestPath]
  return {
    status: 'requested',
    steps: paths.map((path) => {
      const below = relative(folder, dirname(path)).split(sep).filter(Boolean)
      return { kind: 'print', line: uploadCommand(artifactName, [artifactName, ...below].join('/'), path) }
    }),
    notes: [
      `The agent uploads ${paths.length} files as ${artifactName} when this step has ended; its log says how that went`,
    ],
  }
}

function uploadCommand(artifactName: string, containerFolder: string, path: string): string {
  const properties = `containerfolder=${escapeProperty(containerFolder)};artifactname=${escapeProperty(artifactName)}`
  return `##vso[artifact.upload ${properties}]${escapeData(path)}`
}

/** The percent sign first: it is what the others are written with. The agent decodes it last. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const escapeProperty = (text: string): string => escapeData(text).replaceAll(']', '%5D').replaceAll(';', '%3B')
