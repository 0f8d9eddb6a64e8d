/** Names the build of a game by its version and its commit, so that sessions, stacks and source maps know each other. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What the game reads it by: `createTelemetry({ build: import.meta.env.VITE_TELEMETRY_BUILD })`. */
export const buildVariable = 'VITE_TELEMETRY_BUILD'

/**
 * As semantic versions have it.
 *
 * @param root of the game
 * @returns undefined where neither a package.json nor Git says anything
 * @example await gameBuild('.') // '1.4.2+3f2c1ab', '1.4.2+3f2c1ab.dirty' where files are not committed, '1.4.2', '3f2c1ab'
 */
export async function gameBuild(root: string): Promise<string | undefined> {
  const parts = await Promise.all([versionIn(root), commitOf(root)])
  return parts.filter(Boolean).join('+') || undefined
}

const versionIn = (root: string): Promise<string | undefined> =>
  readFile(join(root, 'package.json'), 'utf8')
    .then(
      (text) => {
        const { version } = JSON.parse(text)
        return typeof version === 'string' ? version : undefined
      },
      () => undefined,
    )
    .catch(() => undefined)

/** A large repository on a slow disk has its time, and no more: a build goes on without. */
const gitTimeoutMs = 5000

const commitOf = (root: string): Promise<string | undefined> =>
  promisify(execFile)('git', ['describe', '--always', '--exclude=*', '--dirty=.dirty'], {
    cwd: root,
    timeout: gitTimeoutMs,
    windowsHide: true,
  }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
