/** Runs `npm run browsers`: installs the browsers other than Chromium from Debian's packages. Nothing else ever does. */
import { existsSync } from 'node:fs'
import { run } from './node-tool.ts'
import { findFirefox, findWebKit } from './other-browsers.ts'

const missing = [
  ...(findFirefox() === undefined ? ['firefox-esr'] : []),
  ...(findWebKit() === undefined ? ['webkit2gtk-driver', 'xvfb'] : []),
]
if (missing.length === 0) console.log('Firefox and WebKit are here')
else if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
  console.log(`As root, on Debian: apt-get install ${missing.join(' ')}`)
  process.exitCode = 1
} else process.exitCode = await install(missing)

/** @returns the exit code of the first step that failed */
async function install(packages: readonly string[]): Promise<number> {
  const apt = async (timeoutMs: number, ...args: readonly string[]): Promise<number> =>
    (await run('apt-get', ['-qq', '-o', 'Acquire::Retries=0', ...args], { output: 'stderr', timeoutMs })).exitCode
  return (await apt(60_000, 'update')) || apt(240_000, 'install', '-y', '--no-install-recommends', ...packages)
}
