/** Artifacts as files in one folder: each there as a whole or not at all, and none replaced. */
import type { FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogPort } from '../adapter-options.ts'
import type { Artifact, WrittenArtifact } from '../artifact.ts'
import { nameFault } from '../artifact-name.ts'
import { isContent, kindOf } from '../content.ts'
import { ArtifactError, messageOf } from '../errors.ts'
import type { TelemetryArtifactWriter, WriteContext } from '../writer.ts'
import { contentChunks, gzipped } from './content-chunks.ts'
import { fileError, folderError, systemCode } from './file-errors.ts'
import { type FileSystemPort, realFileSystem } from './file-system-port.ts'
import { placeFile } from './place-file.ts'
import { retried, type Wait } from './retry.ts'
import { type TemporaryFile, temporaryName, writeThrough } from './temporary-file.ts'

export interface FileSystemWriterOptions {
  /** Made when it is not there. @default './telemetry-artifacts' */
  readonly artifactRoot?: string | undefined
  /** `gzip`: each file compressed, `.gz` behind its name. @default 'none' */
  readonly compress?: 'none' | 'gzip' | undefined
  /** In metrics and messages. @default 'file-system' */
  readonly id?: string | undefined
  /** Hears of what went wrong without spoiling a file. @default console */
  readonly logger?: LogPort | undefined
  readonly fileSystem?: FileSystemPort | undefined
  /** Between attempts at what Windows refuses for a moment. */
  readonly wait?: Wait | undefined
}

export const fileSystemWriterDefaults = {
  artifactRoot: './telemetry-artifacts' as string,
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

  /** @throws {ArtifactError} `bad_option` */
  constructor(options: FileSystemWriterOptions = {}) {
    const { artifactRoot, compress } = checked(options)
    this.id = options.id ?? 'file-system'
    this.artifactRoot = resolve(artifactRoot)
    this.#compress = compress
    this.#logger = options.logger ?? console
    this.#fileSystem = options.fileSystem ?? realFileSystem
    this.#wait = options.wait ?? sleep
  }

  /**
   * Resolves once the file is on the disk under its name.
   * @throws {ArtifactError} `bad_name`, `bad_content`, `bad_folder`, `not_writable`, `disk_full`, `name_taken`,
   * `write_failed`, or the signal's reason
   */
  async write(artifact: Artifact, context: Partial<WriteContext> = {}): Promise<WrittenArtifact> {
    const { section, filename } = artifact
    const signal = context.signal ?? new AbortController().signal
    check(artifact)
    signal.throwIfAborted()
    try {
      const temporary = await this.#writeTemporary(artifact, signal)
      const name = await this.#place(temporary, this.#compress === 'gzip' ? `${filename}.gz` : filename, signal)
      const mimeType = this.#compress === 'gzip' ? 'application/gzip' : artifact.mimeType
      const { bytes, sha256 } = temporary
      return { section, filename: name, mimeType, bytes, sha256, path: join(this.artifactRoot, name) }
    } catch (error) {
      // What the signal says is not a fault of the file system.
      throw signal.aborted ? signal.reason : fileError(`Can't write ${filename} in ${this.artifactRoot}`, error)
    }
  }

  async #makeFolder(): Promise<void> {
    try {
      await this.#fileSystem.mkdir(this.artifactRoot, { recursive: true })
    } catch (error) {
      throw folderError(this.artifactRoot, error)
    }
  }

  async #writeTemporary({ content }: Artifact, signal: AbortSignal): Promise<TemporaryFile> {
    const path = join(this.artifactRoot, temporaryName())
    const handle = await this.#open(path)
    const plain = contentChunks(content, signal)
    const chunks = this.#compress === 'gzip' ? gzipped(plain) : plain
    try {
      return { path, ...(await writeThrough(handle, chunks, signal)) }
    } catch (error) {
      await this.#discard(path)
      throw error
    }
  }

  /** Exclusive, so that no link that somebody put there is followed. The folder is made when it proves missing. */
  async #open(path: string): Promise<FileHandle> {
    try {
      return await this.#fileSystem.open(path, 'wx')
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
    await this.#makeFolder()
    return this.#fileSystem.open(path, 'wx')
  }

  async #place(temporary: TemporaryFile, wished: string, signal: AbortSignal): Promise<string> {
    try {
      signal.throwIfAborted()
      const placing = { fileSystem: this.#fileSystem, wait: this.#wait, folder: this.artifactRoot }
      return await placeFile(temporary, wished, placing)
    } finally {
      await Promise.all([this.#syncFolder(), this.#discard(temporary.path)])
    }
  }

  /** Makes the name last through a power cut. Windows and some file systems can't; the file is there all the same. */
  async #syncFolder(): Promise<void> {
    try {
      const handle = await this.#fileSystem.open(this.artifactRoot, 'r')
      await handle.sync().finally(() => handle.close())
    } catch {
      // Nothing to be done, and nothing that the caller could do.
    }
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
    try {
      this.#logger.warn(`[downlink] ${message}`)
    } catch {
      // There is nobody left to tell.
    }
  }
}

function check({ filename, content }: Artifact): void {
  const fault = nameFault(filename)
  if (fault !== undefined) throw new ArtifactError('bad_name', `Expected a file's name without a folder, but ${fault}`)
  if (isContent(content)) return
  throw new ArtifactError('bad_content', `Expected text, bytes or a stream of bytes, got ${kindOf(content)}`)
}

function checked({ artifactRoot, compress }: FileSystemWriterOptions): typeof fileSystemWriterDefaults {
  const settings = {
    artifactRoot: artifactRoot ?? fileSystemWriterDefaults.artifactRoot,
    compress: compress ?? fileSystemWriterDefaults.compress,
  }
  const bad = (name: string, expected: string, got: unknown) =>
    new ArtifactError('bad_option', `Expected \`${name}\` to be ${expected}, got ${JSON.stringify(got)}`)
  if (typeof settings.artifactRoot !== 'string' || /^$|\0/.test(settings.artifactRoot)) {
    throw bad('artifactRoot', 'the path of a folder', artifactRoot)
  }
  if (!['none', 'gzip'].includes(settings.compress)) throw bad('compress', 'none or gzip', compress)
  return settings
}
