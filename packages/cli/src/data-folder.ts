/** Says where a collector's data lies unless it is told: never where a file server of the game would serve it, too. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { Option } from 'commander'

/** What it depends on. */
export interface DataFolderScope {
  /** Absolute: where the command runs. */
  readonly folder: string
  readonly platform: NodeJS.Platform
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Absolute: of this user. */
  readonly home: string
}

const realScope = (): DataFolderScope => ({
  folder: process.cwd(),
  platform: process.platform,
  variables: process.env,
  home: homedir(),
})

/** The flag, with its default. @param what is in the folder, or shall be */
export const dataOption = (what: string): Option =>
  new Option('--data <folder>', what).default(
    defaultDataFolder(),
    './.downlink; where a page lies here, a folder of this user',
  )

/**
 * `.downlink`, where that is there already, or no page is beside or above it. Else a folder of this user alone, with a
 * name by the folder in which the command runs.
 *
 * @returns absolute
 */
export function defaultDataFolder(scope: DataFolderScope = realScope()): string {
  const local = join(scope.folder, '.downlink')
  if (existsSync(local) || servedPage(local) === undefined) return local
  const mark = createHash('sha256').update(scope.folder).digest('hex').slice(0, 8)
  return join(userDataFolder(scope), 'downlink', `${basename(scope.folder) || 'game'}-${mark}`)
}

/**
 * A file server that serves a folder serves all that lies in it, names with a dot among it.
 *
 * @returns the nearest page beside or above a folder, by which one may take it for such a server's
 */
export function servedPage(folder: string): string | undefined {
  const above = dirname(resolve(folder))
  const page = join(above, 'index.html')
  if (existsSync(page)) return page
  return above === dirname(above) ? undefined : servedPage(above)
}

/** As the system has it for what a program keeps. */
function userDataFolder({ platform, variables, home }: DataFolderScope): string {
  switch (platform) {
    case 'win32':
      return variables.LOCALAPPDATA || join(home, 'AppData', 'Local')
    case 'darwin':
      return join(home, 'Library', 'Application Support')
    default:
      return variables.XDG_DATA_HOME || join(home, '.local', 'share')
  }
}
