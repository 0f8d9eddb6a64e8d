/** Keeps source maps in a folder, by the names of their scripts, and finds the one of a script. */
import { open, readdir, realpath, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { makeFolder, writeAtomically } from '@downlink/artifacts/node'
import { CollectorError } from '../errors.ts'
import { ignoreInGit } from '../git-ignore.ts'
import type { SourceMaps } from './source-maps.ts'

export interface SourceMapFolder extends Required<SourceMaps> {
  /**
   * Keeps the map of a script, in the place of one of the same name.
   *
   * @param script path of the script, from where its build lies, such as `assets/index-Bx3kQ9aZ.js`
   * @param build of which the name is one of several: none where the name has a hash of the content in it
   */
  keep(script: string, build: string | undefined, map: string): Promise<void>
}

export const sourceMapBounds = {
  /** Of one map, in bytes: a browser has to take it. */
  maxBytes: 67_108_864,
  /** Folders of an address that are looked at, from its end. */
  maxDepth: 8,
} as const

/** @param path need not be there */
export function createSourceMapFolder(path: string): SourceMapFolder {
  return {
    async keep(script, build, map) {
      await makeFolder(path)
      await ignoreInGit(path)
      const file = join(path, build === undefined ? '' : folderName(build), `${script}.map`)
      await makeFolder(dirname(file))
      await writeAtomically(file, map)
    },

    async find({ url, build }) {
      const root = await realpath(path).catch(() => undefined)
      if (root === undefined) return undefined
      const names = namesOf(url)
      // What a build has for itself comes first.
      const folders = build === undefined ? [root] : [join(root, folderName(build)), root]
      for (const file of folders.flatMap((folder) => names.map((name) => join(folder, `${name}.map`)))) {
        const map = await openWithin(root, file)
        if (map) return map
      }
      return undefined
    },

    removeBefore: (keptBeforeMs) => removeBefore(path, keptBeforeMs),
  }
}

/** Maps alone, and folders that have nothing in them then; links are not followed. */
async function removeBefore(folder: string, keptBeforeMs: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      await removeBefore(path, keptBeforeMs)
      // One that is not empty stays.
      await rmdir(path).catch(() => {})
    } else if (entry.isFile() && entry.name.endsWith('.map') && (await stat(path)).mtimeMs < keptBeforeMs) {
      await rm(path, { force: true })
    }
  }
}

/** As a folder may be called everywhere. @example folderName('release/1.4+3f2c1ab') === 'release%2F1.4+3f2c1ab' */
const folderName = (build: string): string =>
  encodeURIComponent(Buffer.from(build).toString()).replaceAll('%2B', '+').replaceAll('*', '%2A').replace(/^\./, '%2E')

/** Where a game is served from is not known: its whole path comes first, then what is below each folder of it. Names that are none lead nowhere. */
function namesOf(url: string): readonly string[] {
  const { pathname } = URL.canParse(url) ? new URL(url) : { pathname: url.replace(/[?#].*$/s, '') }
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decoded)
  const plain = parts.slice(parts.findLastIndex((part) => !plainName.test(part)) + 1)
  return plain.map((_, from) => plain.slice(from).join('/')).slice(-sourceMapBounds.maxDepth)
}

/** Neither a path nor a device of some system. */
const plainName = /^(?!\.+$)[^\\/:*?"<>|\0]+$/

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/**
 * @returns undefined where there is no such file in the folder, also where a link leads out of it
 * @throws {CollectorError} `source_map_too_large`
 */
async function openWithin(root: string, path: string): Promise<Readable | undefined> {
  const file = await realpath(path).catch(() => undefined)
  if (!file?.startsWith(root + sep)) return undefined
  const found = await stat(file)
  // Opening a pipe would wait for whoever writes to it.
  if (!found.isFile()) return undefined
  const { maxBytes } = sourceMapBounds
  if (found.size > maxBytes) {
    const expected = `Expected a source map of at most ${maxBytes} bytes`
    throw new CollectorError('source_map_too_large', `${expected}, got ${found.size}: ${basename(file)}`)
  }
  return (await open(file)).createReadStream()
}
