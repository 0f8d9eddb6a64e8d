/** Writes artifacts as files in one folder: each there as a whole or not at all, and none replaced. */

import type { FileHandle } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '@downlink/protocol'
import { type Artifact, checkArtifact, type WrittenArtifact } from '../artifact.ts'
import { badOption, expectObject } from '../errors.ts'
import { readableContext, signalIn } from '../export-context.ts'
import { type LogPort, warnGuarded } from '../guarded-call.ts'
import type { TelemetryArtifactWriter, WriteContext } from '../writer.ts'
import { retried, throughDraft, type Wait } from './atomic-file.ts'
import { contentChunks, gzipped, writeChunks } from './content-chunks.ts'
import { fileError, folderError, systemCode } from './file-errors.ts'
import { artifactFolder, type DraftFile, type FileSystemPort, placeFile, realFileSystem } from './place-file.ts'

export interface FileSystemWriterOptions {
  /** Made when it is not there. @default './telemetry-artifacts' */
  readonly artifactRoot?: string | undefined
  /** `gzip`: each file compressed, `.gz` behind its name. @default 'none' */
  readonly compress?: 'none' | 'gzip' | undefined
  /** In metrics and messages. @default 'file-system' */
  readonly id?: string | undefined
  /** Hears of what went wrong without spoiling a file. @default console */
  readonly logger?: LogPort | undefined
  /** @default that of Node */
  readonly fileSystem?: FileSystemPort | undefined
  /** Milliseconds between attempts at what Windows refuses for a moment. @default a timer */
  readonly wait?: Wait | undefined
}

export const fileSystemWriterDefaults = {
  artifactRoot: './telemetry-artifacts',
  compress: 'none' as 'none' | 'gzip',
}

/**
 * Text is written as UTF-8, ended by a line break; bytes and streams as they are, at a memory that does not grow
 * with them. Where another file has the name, ours gets a number (`…-2.json`); where it is the same file, it stays.
 *
 * @example
 * const writer = new FileSystemTelemetryWriter({ artifactRoot: './telemetry-artifacts', compress: 'gzip' })
 * const { path, bytes, sha256 } = await writer.write(artifact)
 */
export class FileSystemTelemetryWriter implements TelemetryArtifactWriter {
  readonly id: string
  /** Absolute. */
  readonly artifactRoot: string
  readonly #compress: 'none' | 'gzip'
  readonly #logger: LogPort
  readonly #fileSystem: FileSystemPort
  readonly #wait: Wait
  #isWarned = false

  /** @throws {ArtifactError} `bad_option` */
  constructor(options: FileSystemWriterOptions = {}) {
    const { artifactRoot, compress } = checkedOptions(options)
    this.id = options.id ?? 'file-system'
    this.artifactRoot = resolve(artifactRoot)
    this.#compress = compress
    this.#logger = options.logger ?? console
    this.#fileSystem = options.fileSystem ?? realFileSystem
    this.#wait = options.wait ?? sleep
  }

  /**
   * Resolves once the file is on the disk under its name.
   * @param givenContext its `artifactDir` names a folder below `artifactRoot`, to take the file instead
   * @throws {ArtifactError} `bad_option`, `bad_artifact`, `bad_name`, `bad_content`, `bad_folder`, `not_writable`, `disk_full`,
   * `name_taken`, `write_failed`, or the signal's reason
   */
  async write(given: Artifact, givenContext: Partial<WriteContext> = {}): Promise<WrittenArtifact> {
    const checked = checkArtifact(given)
    if (!checked.ok) throw checked.error
    const { artifact } = checked
    const { section, filename } = artifact
    const context = readableContext(givenContext)
    const signal = signalIn(context) ?? new AbortController().signal
    signal.throwIfAborted()
    try {
      const folder = await artifactFolder(this.artifactRoot, context.artifactDir, this.#fileSystem)
      const { path, bytes, sha256 } = await this.#writeFile(artifact, folder, signal)
      const mimeType = this.#compress === 'gzip' ? 'application/gzip' : artifact.mimeType
      return { section, filename: basename(path), mimeType, bytes, sha256, path }
    } catch (error) {
      // What the signal says is not a fault of the file system.
      throw signal.aborted ? signal.reason : fileError(`Can't write ${filename} in ${this.artifactRoot}`, error)
    }
  }

  #writeFile({ content, filename }: Artifact, folder: string, signal: AbortSignal): Promise<DraftFile> {
    const plain = contentChunks(content, signal)
    const chunks = this.#compress === 'gzip' ? gzipped(plain) : plain
    const wished = this.#compress === 'gzip' ? `${filename}.gz` : filename
    return throughDraft(folder, {
      open: (path) => this.#open(path, folder),
      write: (handle) => writeChunks(handle, chunks, signal),
      place: async ({ unsynced, ...draft }) => {
        if (unsynced !== undefined) this.#warnUnsynced(folder, unsynced)
        signal.throwIfAborted()
        try {
          const name = await placeFile(draft, wished, { fileSystem: this.#fileSystem, wait: this.#wait, folder })
          return { ...draft, path: join(folder, name) }
        } finally {
          await this.#syncFolder(folder)
        }
      },
      discard: (path) => this.#discard(path),
    })
  }

  /** The folder is made when it proves missing. */
  async #open(path: string, folder: string): Promise<FileHandle> {
    try {
      return await this.#fileSystem.open(path, 'wx')
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
    try {
      await this.#fileSystem.mkdir(folder, { recursive: true })
    } catch (error) {
      throw folderError(folder, error)
    }
    return this.#fileSystem.open(path, 'wx')
  }

  /** Makes the name last through a power cut. Windows has no such thing; the file is there all the same. */
  async #syncFolder(folder: string): Promise<void> {
    try {
      const handle = await this.#fileSystem.open(folder, 'r')
      await handle.sync().finally(() => handle.close())
    } catch (error) {
      if (!isWindows) this.#warnUnsynced(folder, messageOf(error))
    }
  }

  /** Once: it is so for every file. */
  #warnUnsynced(folder: string, reason: string): void {
    if (this.#isWarned) return
    this.#isWarned = true
    this.#warn(`Files are written to ${folder}, but may not outlive a power cut: it does not sync them (${reason})`)
  }

  async #discard(path: string): Promise<void> {
    try {
      await retried(() => this.#fileSystem.unlink(path), this.#wait)
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return
      this.#warn(`A temporary file is left at ${path}: ${messageOf(error)}`)
    }
  }

  #warn(message: string): void {
    warnGuarded(this.#logger, message)
  }
}

const isWindows = sep === '\\'

function checkedOptions(options: FileSystemWriterOptions): typeof fileSystemWriterDefaults {
  expectObject('options', options)
  const artifactRoot = options.artifactRoot ?? fileSystemWriterDefaults.artifactRoot
  const compress = options.compress ?? fileSystemWriterDefaults.compress
  if (typeof artifactRoot !== 'string' || /^$|\0/.test(artifactRoot)) {
    throw badOption('artifactRoot', 'the path of a folder', artifactRoot)
  }
  if (!['none', 'gzip'].includes(compress)) throw badOption('compress', 'none or gzip', compress)
  return { artifactRoot, compress }
}
