/** The folder below `artifactRoot` that a context's `artifactDir` names, and that it stays below it. */

import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { shown } from '@downlink/protocol'
import { nameFault } from '../artifact-name.ts'
import { ArtifactError } from '../errors.ts'
import { systemCode } from './file-errors.ts'
import type { FileSystemPort } from './file-system-port.ts'

/**
 * @param root absolute
 * @param artifactDir a relative one starts from the root; nothing is the root itself
 * @returns absolute; it need not exist
 * @throws {ArtifactError} `bad_folder`
 */
export async function artifactFolder(
  root: string,
  artifactDir: unknown,
  fileSystem: Pick<FileSystemPort, 'realpath'>,
): Promise<string> {
  if (artifactDir === undefined || artifactDir === null) return root
  const outside = (reason: string): ArtifactError =>
    new ArtifactError(
      'bad_folder',
      `Expected \`artifactDir\` to be a folder below ${root}, got ${shown(artifactDir)}${reason}`,
    )
  if (typeof artifactDir !== 'string' || artifactDir === '') throw outside('')
  const folder = resolve(root, artifactDir)
  if (!isBelow(root, folder)) throw outside('')
  for (const name of relative(root, folder).split(sep).filter(Boolean)) {
    const fault = nameFault(name)
    if (fault !== undefined) throw outside(`: ${fault}`)
  }
  // A link on the way may lead elsewhere.
  const real = await realPathOf(folder, root, fileSystem)
  if (real !== undefined && !isBelow(await fileSystem.realpath(root), real)) throw outside(`, which leads to ${real}`)
  return folder
}

function isBelow(root: string, folder: string): boolean {
  const path = relative(root, folder)
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
}

/** Of the deepest folder on the way that exists; nothing where not even the root does. */
async function realPathOf(
  folder: string,
  root: string,
  fileSystem: Pick<FileSystemPort, 'realpath'>,
): Promise<string | undefined> {
  for (let at = folder; isBelow(root, at); at = dirname(at)) {
    try {
      return await fileSystem.realpath(at)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
    if (at === root) break
  }
  return undefined
}
