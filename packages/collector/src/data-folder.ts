/** Opens a data folder for one collector: its log, and the local sockets by which others find it. */
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { SharedStore } from './cluster-options.ts'
import type { ClusterStore } from './cluster-store.ts'
import { findCollector } from './collector-address.ts'
import { CollectorError } from './errors.ts'
import { ignoreInGit } from './git-ignore.ts'
import { sessionsIn } from './log/entry.ts'
import type { LogReader } from './log/kept-segments.ts'
import { type LogFiles, openLogFiles } from './log/log-files.ts'
import { readOwner } from './log/owner.ts'
import type { Position } from './log/read-log.ts'
import { type LogWarning, type LogWriter, openLogWriter } from './log/write-log.ts'
import { removeDrafts } from './small-files.ts'
import {
  askOwner,
  folderName,
  makeSocketFolder,
  openOwnerSocket,
  removeLeftSockets,
} from './store-process/local-sockets.ts'

export interface DataFolder {
  /** Absolute. */
  readonly path: string
  readonly log: LogWriter
  /** Where the store process serves reads. */
  readonly storeSocket: string
  /** Deletes what the log need not keep: a checkpoint covers it. */
  removeBefore(position: Position): void
  /** As the log's own. */
  keepFrom(reader: LogReader, position: Position | undefined): void
  close(): Promise<void>
}

/** What may stand between a collector and its machine, where something else is to go wrong than usual. */
export interface CollectorPorts {
  /** The log's files, as the log is to see them. @default as they are */
  readonly logFiles?: (files: LogFiles) => LogFiles
  /** The store of a cluster. @default the one that the options name */
  readonly openStore?: (store: SharedStore) => Promise<ClusterStore>
}

export interface DataFolderOptions extends CollectorPorts {
  readonly data: string
  readonly maxLogBytes: number
  readonly keepLogBytes: number
  readonly exportLogBytes: number
  readonly logger: FastifyBaseLogger
  /** Another collector has opened the folder: this one has to end. */
  readonly onLost: (reason: CollectorError) => void
}

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { data, maxLogBytes, keepLogBytes, exportLogBytes, logger, onLost, logFiles = (files) => files } = options
  const path = resolve(data)
  const logFolder = join(path, 'log')
  const files = await openFolder(logFolder)
  const sockets = await makeSocketFolder()
  const owner = await openOwnerSocket(sockets.path('owner'), await folderName(logFolder))
  const closeSockets = async (): Promise<void> => {
    await owner.close()
    await sockets.remove()
  }
  const log = await openLogWriter({
    files: logFiles(files),
    maxLogBytes,
    keepLogBytes,
    exportLogBytes,
    socket: owner.path,
    onWarning: (warning) => warnOfLog(warning, logger),
    onLost() {
      const reason = new CollectorError(
        'data_in_use',
        `Another collector has opened ${path}, or its log/owner was changed: this one takes nothing more, and ends`,
      )
      logger.fatal(reason.message)
      onLost(reason)
    },
  }).catch(async (error: unknown) => {
    await closeSockets()
    throw unusable(path, error)
  })
  for (const folder of [path, logFolder, join(path, 'questions')]) await removeDrafts(folder)
  await ignoreInGit(path).catch((error: unknown) => {
    logger.warn({ error: String(error) }, 'The data folder can not tell Git to ignore it')
  })
  const report = (error: unknown): void =>
    logger.error({ error: String(error) }, 'A segment of the log can not be deleted')
  return {
    path,
    log,
    storeSocket: sockets.path('store'),
    removeBefore: (position) => void log.removeBefore(position).catch(report),
    keepFrom: (reader, position) => void log.keepFrom(reader, position).catch(report),
    async close() {
      await log.close()
      await closeSockets()
    },
  }
}

/** @throws {CollectorError} `data_unusable`; `data_in_use` where a collector that has the log answers */
async function openFolder(folder: string): Promise<LogFiles> {
  const files = await openLogFiles(folder).catch((error: unknown) => {
    throw unusable(folder, error)
  })
  const owner = await readOwner(files).catch((error: unknown) => {
    throw unusable(folder, error)
  })
  if (owner?.socket === undefined) return files
  const answer = await askOwner(owner.socket, await folderName(folder))
  if (answer === 'owner') {
    const url = await findCollector(dirname(folder))
    throw new CollectorError(
      'data_in_use',
      `${folder} is in use${url ? ` by the one at ${url}` : ''}: stop the other collector, or give this one another data folder`,
    )
  }
  if (answer === 'nobody') await removeLeftSockets(owner.socket)
  return files
}

function unusable(folder: string, cause: unknown): CollectorError {
  if (cause instanceof CollectorError) return cause
  return new CollectorError('data_unusable', `Can't write the log in ${folder}: ${messageOf(cause)}`, { cause })
}

function warnOfLog(warning: LogWarning, logger: FastifyBaseLogger): void {
  if (warning.code === 'no_folder_sync') {
    logger.warn(warning, 'This file system syncs no folders: a power cut may take a new segment of the log')
    return
  }
  const { segment, bytes, heads } = warning
  logger.error(
    { segment, bytes, sessions: sessionsIn(heads) },
    'The log ends in the midst of a write, or is DAMAGED at its end',
  )
}
