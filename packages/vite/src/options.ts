/** Declares what `downlink()` takes, and says whether telemetry is on. */
import { join, resolve } from 'node:path'
import type { CollectorOptions } from '@downlink/collector'

export interface DownlinkOptions
  extends Pick<CollectorOptions, 'events' | 'schemaMode' | 'questions' | 'retention' | 'limits'> {
  /**
   * Is there telemetry in this game at all? Where it is off, no collector is started, and nothing of the client is built.
   * @default true, unless `VITE_ENABLE_TELEMETRY` is set to anything but `true`
   */
  readonly enabled?: boolean
  /** Folder of what is recorded; absolute, or from the project's root. @default './.downlink' */
  readonly data?: string
  /**
   * Folder of the source maps of builds, by which the collector's page reads stacks; absolute, or from the project's root.
   * With false none are made for it.
   * @default the folder `source-maps` of `data`
   */
  readonly sourceMaps?: string | false
}

export const viteDefaults = { data: './.downlink' } as const

export const dataFolder = ({ data = viteDefaults.data }: DownlinkOptions, root: string): string => resolve(root, data)

export const sourceMapFolder = (options: DownlinkOptions, root: string): string =>
  resolve(root, options.sourceMaps || join(dataFolder(options, root), 'source-maps'))

/** @param env as Vite reads it from the environment and its files, for this mode */
export const isTelemetryOn = ({ enabled }: DownlinkOptions, env: Readonly<Record<string, unknown>>): boolean =>
  enabled ?? (env.VITE_ENABLE_TELEMETRY ?? 'true') === 'true'
