/** Finds the browsers other than Chromium on this machine, and says how to get those that are not here. */
import { statSync } from 'node:fs'

/** The browser itself, not the script of a package manager, whose browser may not read a profile in the temporary folder. */
const firefoxes: Readonly<Record<string, readonly string[]>> = {
  linux: ['/usr/bin/firefox-esr', '/usr/lib/firefox/firefox', '/usr/lib64/firefox/firefox'],
  darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
}

/** The path in `DOWNLINK_FIREFOX`, else one in a usual place. */
export function findFirefox(): string | undefined {
  const named = process.env.DOWNLINK_FIREFOX
  return (named ? [named] : (firefoxes[process.platform] ?? [])).find(isFile)
}

export interface WebKit {
  readonly driver: string
  /** Its driver shows its windows on a display; this makes one that nobody sees. */
  readonly display: string
}

/** WebKitGTK's driver, which brings a small browser, and a display for that. On Linux alone. */
export function findWebKit(): WebKit | undefined {
  const webKit = { driver: '/usr/bin/WebKitWebDriver', display: '/usr/bin/Xvfb' }
  return Object.values(webKit).every(isFile) ? webKit : undefined
}

export const firefoxAdvice =
  'No Firefox was found. `npm run browsers` installs it on Debian; elsewhere set DOWNLINK_FIREFOX to its path.'
export const webKitAdvice = 'No WebKitWebDriver was found, or no Xvfb. `npm run browsers` installs both on Debian.'

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
