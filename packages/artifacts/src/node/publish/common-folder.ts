/** The deepest folder that holds all of some folders. */
import { dirname, relative, sep } from 'node:path'

/** @returns nothing for none, and where Windows has them on several drives */
export function commonFolder(folders: readonly string[]): string | undefined {
  const [first, ...others] = folders
  let common = first
  for (const folder of others) {
    while (common !== undefined && !holds(common, folder)) {
      const parent: string = dirname(common)
      common = parent === common ? undefined : parent
    }
  }
  return common
}

function holds(folder: string, other: string): boolean {
  if (folder === other) return true
  const path = relative(folder, other)
  return path !== '..' && !path.startsWith(`..${sep}`) && path !== other
}
