/** Names all that an export needs of the world, and holds the real one of this process. */
import type { ArtifactPublisher, TelemetryArtifactWriter } from '@downlink/artifacts'
import {
  CiArtifactPublisher,
  type CiArtifactPublisherOptions,
  FileSystemTelemetryWriter,
  type FileSystemWriterOptions,
  type Variables,
} from '@downlink/artifacts/node'
import { loadMissionGame, type MissionGame } from '../game-module.ts'
import { type Interruption, listenForInterruption } from '../interruption.ts'
import type { OutputPort } from '../output.ts'

export interface ExportPorts {
  readonly variables: Variables
  /** Resolves when the text is out; rejects where it can't be written. */
  readonly stdout: (text: string) => Promise<void>
  readonly stderr: OutputPort
  /** Wall-clock milliseconds since 1970. */
  readonly clock: () => number
  readonly loadGame: (name: string) => Promise<MissionGame>
  readonly listenForInterruption: () => Interruption
  /** Hears of exceptions and rejections that nobody took. Returns how to stop that. */
  readonly listenForUncaughtErrors: (report: (error: unknown) => void) => () => void
  /** Hears when nothing is left that could still happen. Returns how to stop that. */
  readonly listenForIdle: (report: () => void) => () => void
  readonly createWriter: (options: FileSystemWriterOptions) => TelemetryArtifactWriter
  readonly createPublisher: (options: CiArtifactPublisherOptions) => ArtifactPublisher
}

export const processPorts = (): ExportPorts => ({
  variables: process.env,
  stdout: (text) =>
    new Promise((resolve, reject) => {
      // The stream tells of an error twice. Unheard, the second time would end the process.
      const heard = (): void => {}
      process.stdout.once('error', heard)
      process.stdout.write(text, (error) => {
        if (error) return reject(error)
        process.stdout.off('error', heard)
        resolve()
      })
    }),
  stderr: process.stderr,
  clock: Date.now,
  loadGame: loadMissionGame,
  listenForInterruption: () => listenForInterruption(),
  listenForUncaughtErrors(report) {
    process.on('uncaughtException', report).on('unhandledRejection', report)
    return () => void process.off('uncaughtException', report).off('unhandledRejection', report)
  },
  listenForIdle(report) {
    process.once('beforeExit', report)
    return () => void process.off('beforeExit', report)
  },
  createWriter: (options) => new FileSystemTelemetryWriter(options),
  createPublisher: (options) => new CiArtifactPublisher(options),
})
