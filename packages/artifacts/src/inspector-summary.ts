/** What an inspector sees of a game at one moment: a head that every game has, and the sections that its slices add. */

export interface InspectorSummary {
  /** Of this very shape. */
  readonly formatVersion: 1
  /** Wall-clock milliseconds since 1970. */
  readonly generatedAt: number
  /** The same in ISO 8601. */
  readonly generatedIso: string
  /** `unavailable` where there is no store to ask; the head is there all the same. */
  readonly source: 'worldStateStore' | 'unavailable'
  readonly game: GameIdentity
  /** JSON, one key a section: `factions`, `tutorial`, `missions`, `engine`, `telemetry` … */
  readonly [section: string]: unknown
}

export interface GameIdentity {
  readonly name: string
  readonly version: string
  readonly seed: number | null
  readonly missionId: string | null
}
