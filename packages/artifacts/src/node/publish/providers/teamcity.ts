/**
 * Plans for TeamCity: the agent reads service messages off stdout and publishes at once, beside the build.
 * https://www.jetbrains.com/help/teamcity/service-messages.html
 * https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html
 */
import { dirname, relative, sep } from 'node:path'
import type { PublishFailure } from '../../../publish-result.ts'
import type { Variables } from '../environment.ts'
import type { CiProvider, JobFacts, Plan, Publication } from '../provider.ts'

export const teamcity: CiProvider = { name: 'teamcity', vendorId: 'TEAMCITY', facts, plan }

/** A build has no jobs within: artifacts belong to the build. */
function facts(variables: Variables): JobFacts {
  return { job: variables.TEAMCITY_BUILDCONF_NAME, attempt: variables.BUILD_NUMBER }
}

function plan({ artifactName, folder, files, manifestPath }: Publication): Plan {
  const all = [...files.map((file) => file.absolutePath), manifestPath]
  const paths = all.filter((path) => !isPattern(path))
  const failures = all.filter(isPattern).map(
    (path): PublishFailure => ({
      code: 'file_name_unsupported',
      message: `TeamCity would read ${JSON.stringify(path)} as a pattern or as several paths`,
    }),
  )
  return {
    status: 'requested',
    steps: paths.map((path) => {
      const target = [artifactName, ...relative(folder, dirname(path)).split(sep).filter(Boolean)].join('/')
      return { kind: 'print', line: `##teamcity[publishArtifacts '${escapeValue(`${path} => ${target}`)}']` }
    }),
    notes: [`The agent publishes ${paths.length} files below ${artifactName}; the build's log says how that went`],
    failures,
  }
}

/** The value of the message is a list of Ant patterns, and knows no escape of its own. */
const isPattern = (path: string): boolean => /[,*?\r\n]|=>|^\s|\s$/.test(path) || /^[+-]:/.test(path)

/** Beyond ASCII by code unit, so that no encoding of a console comes between. */
const escapeValue = (value: string): string =>
  value
    .replace(/[|'[\]]/g, '|$&')
    .replaceAll('\n', '|n')
    .replaceAll('\r', '|r')
    .replace(/[^ -~]/g, (unit) => `|0x${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
