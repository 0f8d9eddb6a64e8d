/** Runs `npm run browsers`: installs the browsers other than Chromium from Debian's packages. Nothing else ever does. */
import { existsSync } from 'node:fs'
import { run } from './node-tool.ts'
import { findFirefox, findWebKit } from './other-browsers.ts'

/** Each apart, for where one is in no archive, as Firefox ESR in Ubuntu's, the other is. */
const groups = [
  ...(findFirefox() === undefined ? [['firefox-esr']] : []),
  ...(findWebKit() === undefined ? [['webkit2gtk-driver', 'xvfb']] : []),
]
const missing = groups.flat()
if (missing.length === 0) console.log('Firefox and WebKit are here')
else if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
  console.log(`As root, on Debian: apt-get install ${missing.join(' ')}`)
  process.exitCode = 1
} else process.exitCode = await install()

/** @returns the exit code of the last step that failed */
async function install(): Promise<number> {
  const apt = async (timeoutMs: number, ...args: readonly string[]): Promise<number> =>
    (await run('apt-get', ['-qq', '-o', 'Acquire::Retries=0', ...args], { output: 'stderr', timeoutMs })).exitCode
  let exitCode = await apt(60_000, 'update')
  if (exitCode !== 0) return exitCode
  for (const packages of groups) {
    exitCode = (await apt(120_000, 'install', '-y', '--no-install-recommends', ...packages)) || exitCode
  }
  return exitCode
}
