/** Makes `ci-artifacts.json`: what lies there to be uploaded, for the step that uploads it and for whoever checks it later. */

import { createHash } from 'node:crypto'
import { dirname, isAbsolute, relative, sep } from 'node:path'
import { messageOf } from '@downlink/protocol'
import type { PublishFailure } from '../../publish-result.ts'
import { systemCode } from '../file-errors.ts'
import type { PublishFileSystem } from './environment.ts'
import type { CiJob, LocatedFile, PresentFile } from './provider.ts'

export const manifestName = 'ci-artifacts.json'

/** The same export in the same job gives the same bytes: there is no time in it. */
export interface Manifest {
  /** Of this very shape. */
  readonly formatVersion: 1
  readonly artifactName: string
  readonly provider: CiJob['provider']
  readonly job: Pick<CiJob, 'vendor' | 'job' | 'shard' | 'attempt'>
  /** Of the export's context: texts, numbers and booleans, by name. */
  readonly context: Readonly<Record<string, string | number | boolean>>
  /** What exists, by path. */
  readonly files: readonly PresentFile[]
  /** What was named and can't be uploaded, by path. */
  readonly missing: readonly MissingFile[]
}

export interface MissingFile {
  readonly path: string
  readonly state: 'missing' | 'unreadable'
}

export interface Inventory {
  readonly files: readonly LocatedFile[]
  readonly missing: readonly MissingFile[]
  readonly failures: readonly PublishFailure[]
}

/** Reads every file once: a size and a hash that are told here were seen. Ends early when the signal says so. */
export async function takeInventory(
  paths: readonly string[],
  manifestPath: string,
  fileSystem: Pick<PublishFileSystem, 'read'>,
  signal: AbortSignal | undefined,
): Promise<Inventory> {
  const files: LocatedFile[] = []
  const missing: MissingFile[] = []
  const failures: PublishFailure[] = []
  for (const absolutePath of paths) {
    if (signal?.aborted) break
    const path = manifestRelative(manifestPath, absolutePath)
    const mimeType = mimeTypeOf(path)
    try {
      const { bytes, sha256 } = await measure(fileSystem.read(absolutePath))
      files.push({ path, bytes, sha256, ...(mimeType && { mimeType }), state: 'present', absolutePath })
    } catch (error) {
      const gone = systemCode(error) === 'ENOENT'
      missing.push({ path, state: gone ? 'missing' : 'unreadable' })
      failures.push(
        gone
          ? { code: 'file_missing', message: `${absolutePath} does not exist` }
          : { code: 'file_unreadable', message: `${absolutePath} can't be read: ${messageOf(error)}` },
      )
    }
  }
  return { files: files.sort(byPath), missing: missing.sort(byPath), failures }
}

/** JSON with a fixed order of keys, indented for people, with a newline at its end. */
export function manifestText(manifest: Manifest): string {
  const { formatVersion, artifactName, provider, job, context, files, missing } = manifest
  const ordered = {
    formatVersion,
    artifactName,
    provider,
    job: { vendor: job.vendor, job: job.job, shard: job.shard, attempt: job.attempt },
    context: Object.fromEntries(Object.entries(context).sort(([a], [b]) => compare(a, b))),
    files: files.map(({ path, bytes, sha256, mimeType, state }) => ({ path, bytes, sha256, mimeType, state })),
    missing: missing.map(({ path, state }) => ({ path, state })),
  }
  return `${JSON.stringify(ordered, null, 2)}\n`
}

/** On another drive of Windows there is no relative path; an absolute one is all that can be said. */
export function manifestRelative(manifestPath: string, path: string): string {
  const fromManifest = relative(dirname(manifestPath), path)
  return (isAbsolute(fromManifest) ? path : fromManifest).split(sep).join('/')
}

async function measure(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    bytes += chunk.byteLength
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** By code unit, so that no locale changes the order. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byPath = (a: { path: string }, b: { path: string }): number => compare(a.path, b.path)

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gz: 'application/gzip',
  json: 'application/json',
  md: 'text/markdown',
  ndjson: 'application/x-ndjson',
  png: 'image/png',
  txt: 'text/plain',
  zip: 'application/zip',
}

export function mimeTypeOf(path: string): string | undefined {
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(types, extension) ? types[extension] : undefined
}

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
