/** Declares what `downlink()` takes, and says whether telemetry is on. */
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
}

export const viteDefaults = { data: './.downlink' } as const

/** @param env as Vite has read it from the environment and its files, for this mode */
export const isTelemetryOn = ({ enabled }: DownlinkOptions, env: Readonly<Record<string, unknown>>): boolean =>
  enabled ?? (env.VITE_ENABLE_TELEMETRY ?? 'true') === 'true'
