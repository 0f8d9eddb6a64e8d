/** Finds an artifact's file its place: a folder below the root, and a name that no other file has. */

import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { shown } from '@downlink/protocol'
import { nameFault } from '../artifact.ts'
import { ArtifactError } from '../errors.ts'
import { retried, type TextFileSystem, type Wait } from './atomic-file.ts'
import { isRefusal, systemCode } from './file-errors.ts'
import { makeFolder } from './make-folder.ts'

/** The part of `node:fs/promises` that the file writer uses; tests make its calls fail. */
export type FileSystemPort = Pick<typeof fs, 'link' | 'lstat' | 'open' | 'realpath' | 'rename' | 'unlink'> &
  Pick<TextFileSystem, 'mkdir'>

export const realFileSystem: FileSystemPort = { ...fs, mkdir: makeFolder }

/**
 * The folder below `artifactRoot` that a context's `artifactDir` names.
 *
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

/** Exports in one second to one folder, each with another content. */
const maxNumber = 999

/** Besides plain refusals, how a file system without hard links, or one that forbids them, says so. */
const linkless = ['EISDIR', 'EMLINK', 'EXDEV']

/** A file that is written, and known by what is in it. */
export interface DraftFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export interface Placing {
  readonly fileSystem: FileSystemPort
  readonly wait: Wait
  readonly folder: string
}

/**
 * Returns the name it got: the wished one, or with a number before its extensions where another file has it.
 * A file that is there with the very same bytes is taken as ours, so that an export repeated is the same export.
 * The draft may be left over; it is the caller's to remove.
 */
export async function placeFile(draft: DraftFile, wished: string, placing: Placing): Promise<string> {
  for (let number = 1; number <= maxNumber; number++) {
    const name = number === 1 ? wished : numbered(wished, number)
    if (await link(draft, name, placing)) return name
    if (await isSame(draft, join(placing.folder, name), placing.fileSystem)) return name
  }
  throw new ArtifactError(
    'name_taken',
    `There are ${maxNumber} other files of this name; choose another folder or prefix`,
  )
}

/** `summary.csv.gz` → `summary-2.csv.gz` */
function numbered(name: string, number: number): string {
  const [, stem = name, extensions = ''] = /^(.+?)((?:\.[a-z0-9]{1,10}){0,2})$/i.exec(name) ?? []
  return `${stem}-${number}${extensions}`
}

/**
 * Whether the name was free. Linking fails where something is, a link to elsewhere included, and shows the file
 * only whole; two processes that want one name can't both get it.
 */
async function link(draft: DraftFile, name: string, { fileSystem, wait, folder }: Placing): Promise<boolean> {
  const path = join(folder, name)
  try {
    await fileSystem.link(draft.path, path)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    if (!isRefusal(error) && !linkless.includes(systemCode(error) ?? '')) throw error
    return claim(draft.path, path, fileSystem, wait)
  }
}

/** Without links: an empty file holds the name, exclusively, until the real one is moved over it. */
async function claim(draft: string, path: string, fileSystem: FileSystemPort, wait: Wait): Promise<boolean> {
  try {
    await (await fileSystem.open(path, 'wx')).close()
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
  try {
    await retried(() => fileSystem.rename(draft, path), wait)
    return true
  } catch (error) {
    await fileSystem.unlink(path).catch(() => {})
    throw error
  }
}

async function isSame({ bytes, sha256 }: DraftFile, path: string, fileSystem: FileSystemPort): Promise<boolean> {
  try {
    const found = await fileSystem.lstat(path)
    if (!found.isFile() || found.size !== bytes) return false
    const handle = await fileSystem.open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    const hash = createHash('sha256')
    for await (const chunk of handle.createReadStream()) hash.update(chunk)
    return hash.digest('hex') === sha256
  } catch {
    // It can't be read, or has just gone: then it is another file, and ours gets a number.
    return false
  }
}
