/** Runs `npm run browsers`: installs the browsers other than Chromium from Debian's packages. Nothing else ever does. */
import { existsSync } from 'node:fs'
import { run } from './node-tool.ts'
import { findFirefox, findWebKit } from './other-browsers.ts'

const missing = [
  ...(findFirefox() === undefined ? ['firefox-esr'] : []),
  ...(findWebKit() === undefined ? ['webkit2gtk-driver', 'xvfb'] : []),
]
const patience = { output: 'stderr', timeoutMs: 240_000 } as const

if (missing.length === 0) console.log('Firefox and WebKit are here')
else if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
  console.log(`As root, on Debian: apt-get install ${missing.join(' ')}`)
  process.exitCode = 1
} else {
  await run('apt-get', ['update', '-qq'], patience)
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
  process.exitCode = (await run('apt-get', install, patience)).exitCode
}
