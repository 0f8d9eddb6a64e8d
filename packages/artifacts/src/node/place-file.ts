/** Gives a finished file its name, without ever replacing another file. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { join } from 'node:path'
import { ArtifactError } from '../errors.ts'
import { isRefusal, systemCode } from './file-errors.ts'
import type { FileSystemPort } from './file-system-port.ts'
import { retried, type Wait } from './retry.ts'
import type { TemporaryFile } from './temporary-file.ts'

/** Exports in one second to one folder, each with another content. */
const maxNumber = 999

/** Besides plain refusals, how a file system without hard links, or one that forbids them, says so. */
const linkless = ['EISDIR', 'EMLINK', 'EXDEV']

export interface Placing {
  readonly fileSystem: FileSystemPort
  readonly wait: Wait
  readonly folder: string
}

/**
 * Returns the name it got: the wished one, or with a number before its extensions where another file has it.
 * A file that is there with the very same bytes is taken as ours, so that an export repeated is the same export.
 * The temporary name may be left over; it is the caller's to remove.
 */
export async function placeFile(temporary: TemporaryFile, wished: string, placing: Placing): Promise<string> {
  for (let number = 1; number <= maxNumber; number++) {
    const name = number === 1 ? wished : numbered(wished, number)
    if (await take(temporary, name, placing)) return name
    if (await isSame(temporary, join(placing.folder, name), placing.fileSystem)) return name
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
async function take(temporary: TemporaryFile, name: string, { fileSystem, wait, folder }: Placing): Promise<boolean> {
  const path = join(folder, name)
  try {
    await fileSystem.link(temporary.path, path)
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    if (!isRefusal(error) && !linkless.includes(systemCode(error) ?? '')) throw error
    return claim(temporary.path, path, fileSystem, wait)
  }
}

/** Without links: an empty file holds the name, exclusively, until the real one is moved over it. */
async function claim(temporary: string, path: string, fileSystem: FileSystemPort, wait: Wait): Promise<boolean> {
  try {
    await (await fileSystem.open(path, 'wx')).close()
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
  try {
    await retried(() => fileSystem.rename(temporary, path), wait)
    return true
  } catch (error) {
    await fileSystem.unlink(path).catch(() => {})
    throw error
  }
}

async function isSame({ bytes, sha256 }: TemporaryFile, path: string, fileSystem: FileSystemPort): Promise<boolean> {
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
