/** Declares where the source maps of a game's scripts come from. */
import type { Readable } from 'node:stream'

/** A script, as a stack and its session name it. Both come from outside. */
export interface Script {
  /** Its address, or a path. */
  readonly url: string
  /** Of the session, where that names one. */
  readonly build: string | undefined
}

export interface SourceMaps {
  /**
   * The JSON of a script's map.
   *
   * @returns undefined where none is kept
   * @throws {CollectorError} `source_map_too_large`
   */
  find(script: Script): Promise<Readable | undefined>
  /** Deletes the maps that were last kept before, in ms since 1970; where it is not there, none is deleted. */
  removeBefore?(keptBeforeMs: number): Promise<void>
}
