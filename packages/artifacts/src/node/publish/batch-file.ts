/** Windows: a tool such as `az` is often `az.cmd`, which no process can be started from without a shell. */
import { stat } from 'node:fs/promises'
import { win32 } from 'node:path'

type IsFile = (path: string) => Promise<boolean>

/** @returns the batch file that a shell would have found for this name, if there is one */
export async function findBatchFile(
  program: string,
  variables: Readonly<Record<string, string | undefined>>,
  isFile: IsFile = isPlainFile,
): Promise<string | undefined> {
  // Names of variables have no case on Windows.
  const path = Object.entries(variables).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? ''
  const folders = /[\\/]/.test(program) ? [''] : path.split(win32.delimiter).filter((folder) => folder !== '')
  const endings = /\.(cmd|bat)$/i.test(program) ? [''] : ['.cmd', '.bat']
  for (const folder of folders) {
    for (const ending of endings) {
      const candidate = folder === '' ? `${program}${ending}` : win32.join(folder, `${program}${ending}`)
      if (await isFile(candidate)) return candidate
    }
  }
  return undefined
}

const isPlainFile: IsFile = (path) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
