/** What a step of GitHub Actions writes into the files it is given: outputs for later steps, a summary for people. */
import { randomUUID } from 'node:crypto'
import type { PresentFile } from './manifest.ts'

/** The summary of a step may have 1 MiB; the manifest has all. */
const maxRows = 100

/**
 * Lines of `$GITHUB_OUTPUT`. With a delimiter that nobody can guess, no value can end early and set an output of its own.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
export function stepOutputs(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const delimiter = `downlink_${randomUUID()}`
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`
    })
    .join('')
}

/** Markdown for `$GITHUB_STEP_SUMMARY`. */
export function stepSummary(artifactName: string, files: readonly PresentFile[]): string {
  const rows = files
    .slice(0, maxRows)
    .map(({ path, bytes, sha256 }) => `| ${code(path)} | ${bytes} | ${code(sha256)} |`)
  const rest = files.length - rows.length
  return [
    '',
    `### Telemetry artifacts: ${code(artifactName)}`,
    '',
    '| file | bytes | SHA-256 |',
    '|---|---:|---|',
    ...rows,
    ...(rest > 0 ? ['', `and ${rest} more, which the manifest lists.`] : []),
    '',
    '',
  ].join('\n')
}

/** Text in a table cell, whatever is in it. */
const code = (text: string): string =>
  `<code>${text.replace(/[&<>|`*_[\]\\\r\n]/g, (character) => `&#${character.charCodeAt(0)};`)}</code>`
