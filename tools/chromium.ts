/** Finds Chromium on this machine, and says how to get it where it is not. */
import { existsSync, statSync } from 'node:fs'
import { type Browser, chromium } from '@playwright/test'
import { run, runNode, toolPath } from './node-tool.ts'

const usualPlaces: Readonly<Record<string, readonly string[]>> = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map(
    (folder) => `${process.env[folder]}\\Google\\Chrome\\Application\\chrome.exe`,
  ),
}

/** As root Chromium refuses its sandbox; the rest keeps it from calling anybody. */
export const chromiumFlags: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** What to do, said where nothing was found. */
export function chromiumAdvice(): string {
  const named = process.env.DOWNLINK_CHROMIUM
  const missing = named ? `DOWNLINK_CHROMIUM names ${named}, and no program is there.` : 'No Chromium was found.'
  return (
    `${missing} Install one (\`npx playwright install --with-deps chromium\`, or the chromium package of your system), ` +
    'or set DOWNLINK_CHROMIUM to the path of a Chromium or Chrome.'
  )
}

/**
 * The path in `DOWNLINK_CHROMIUM`, else Playwright's own, else one in a usual place. Where the variable names what is
 * not there, or a folder, that is a mistake to be told: no other browser takes its place.
 */
export function findChromium(): string | undefined {
  const named = process.env.DOWNLINK_CHROMIUM
  const places = named ? [named] : [chromium.executablePath(), ...(usualPlaces[process.platform] ?? [])]
  return places.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

/** Starts it for what measures pages, without a test's fixtures. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({ args: [...chromiumFlags], ...(executablePath !== undefined && { executablePath }) })
}

/** Playwright's global set-up: one sentence that helps, before the first test, instead of one failure a test. */
export default function requireChromium(): void {
  if (findChromium() === undefined) throw new Error(chromiumAdvice())
}

/** Finds Chromium, or installs it where that is possible and none was named. At most ten minutes. */
export async function ensureChromium(): Promise<string | undefined> {
  const found = findChromium()
  if (found !== undefined || process.env.DOWNLINK_CHROMIUM) return found
  const patience = { output: 'stderr', timeoutMs: 240_000 } as const
  console.error('No Chromium was found: installing one with Playwright')
  await runNode(toolPath('@playwright/test', 'playwright'), ['install', '--with-deps', 'chromium'], patience)
  if (findChromium() === undefined && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.error("That failed: trying the system's chromium package")
    await run('apt-get', ['update', '-qq'], { ...patience, timeoutMs: 120_000 })
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], patience)
  }
  return findChromium()
}
