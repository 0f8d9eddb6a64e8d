/** Loads games by name or path, and names what the command needs of one; no package of ours imports a game. */
import type { EventPort, ExportMetrics, InspectorSummary, TelemetryArtifactWriterAdapter } from '@downlink/artifacts'
import type { EventDefinitions } from '@downlink/protocol'
import { CliError } from './errors.ts'
import { loadModule } from './load-module.ts'
import { isEventDefinitions } from './schema-module.ts'

/** The default export of a game module. `demo` needs its battle, `export` its missions. */
export interface GameModule extends BattleGame, MissionGame {}

interface NamedGame {
  readonly name: string
  readonly version: string
}

/** What `downlink demo` plays. */
export interface BattleGame extends NamedGame {
  /** What the collector validates against, and makes its SQL views from. */
  readonly events: EventDefinitions
  /** Absolute path of the built page. @default no page */
  readonly pageFolder?: string
  /** A game that plays itself, without a screen: the same seed pushes the same events. */
  createBattle(options: { readonly seed: number; readonly push: (type: string, data: unknown) => void }): HeadlessBattle
  /**
   * Sessions that stand for the days before `now`, in ms since 1970: a demo then has builds and days to compare.
   * @default none
   */
  pastSessions?(now: number): readonly PastSession[]
}

export interface PastSession {
  readonly build: string
  /** One of them should say that the session is made up: `made_up` is left out where it is asked how late events come. */
  readonly labels: Readonly<Record<string, string>>
  /** By how much the player's clock is ahead of the right time. */
  readonly clockAheadMs: number
  /** Plays it in small steps, and gives the events of each. */
  play(): Iterable<readonly PastEvent[]>
}

export interface PastEvent {
  readonly type: string
  /** By the player's clock, in ms since 1970. */
  readonly timestamp: number
  readonly data: unknown
}

export interface HeadlessBattle {
  /** Plays one tick. */
  step(): void
  /** Ticks a second, at which the battle runs unless `--rate` is given. */
  readonly tickHz: number
}

/** What `downlink export` plays. */
export interface MissionGame extends NamedGame {
  /** At least one; the first is played where none is named. */
  readonly missions: readonly MissionTitle[]
  /** A mission that plays itself, without a screen: the same options end in the same inspector summary. */
  createMission(options: MissionOptions): HeadlessMission
}

export interface MissionTitle {
  readonly id: string
  readonly title: string
}

export interface MissionOptions {
  /** One of the game's `missions`. */
  readonly missionId: string
  readonly seed: number
  /** Wall-clock milliseconds since 1970 at tick 0: the mission knows no other clock. */
  readonly now: number
}

export interface HeadlessMission {
  /** Ticks a second of the game's own time. */
  readonly tickHz: number
  /** Completed, or failed. */
  readonly finished: boolean
  /** Plays one tick. Does nothing once finished. */
  step(): void
  /** Takes the world from a snapshot; one that is refused changes nothing. A `WorldStateStore` answers like this. */
  hydrate(snapshot: unknown): { readonly ok: true } | SnapshotRefusal
  /** A `SaveManager` of @downlink/world-state fits. */
  readonly saveManager: InspectorSource
  /** Hears `telemetry:*`, as the export goes. */
  readonly eventBus: EventPort
}

export interface SnapshotRefusal {
  readonly ok: false
  /** A code. @example 'newer_version' */
  readonly reason: string
  /** For people. */
  readonly message: string
}

export interface InspectorSource {
  getInspectorSummary(): InspectorSummary
  exportInspectorSummary(options: MissionExportOptions): Promise<MissionExport>
}

export interface MissionExport {
  /** Its `failedSections`, where it has some, name what could not be read. */
  readonly summary: InspectorSummary
  readonly metrics: ExportMetrics
  /** Of the formats that were asked for by name those that the game has nothing for. */
  readonly emptyFormats?: readonly string[]
}

export interface MissionExportOptions {
  readonly writer: TelemetryArtifactWriterAdapter
  readonly formats?: readonly string[]
  readonly prefix?: string
  readonly context: Readonly<Record<string, unknown>>
}

export const defaultGame = '@downlink/red-vs-blue'

/** @throws {CliError} `bad_module`, naming each member that is missing or of the wrong kind */
export const loadBattleGame = (name: string): Promise<BattleGame> => loadGame<BattleGame>(name, battleFaults)

/** @throws {CliError} as `loadBattleGame` does */
export const loadMissionGame = (name: string): Promise<MissionGame> => loadGame<MissionGame>(name, missionFaults)

type Members = Partial<Record<keyof GameModule, unknown>>

async function loadGame<Game>(name: string, faultsOf: (members: Members) => string[]): Promise<Game> {
  const { default: game } = await loadModule(name)
  const members: Members = game ?? {}
  const faults = [...nameFaults(members), ...faultsOf(members)]
  if (faults.length === 0) return game as Game
  const advice = `Its default export needs ${faults.join(', ')}. games/red-vs-blue/src/index.ts is an example.`
  throw new CliError('bad_module', `${name} is not a game module`, advice)
}

function nameFaults({ name, version }: Members): string[] {
  const faults: string[] = []
  if (typeof name !== 'string') faults.push('`name`, a string')
  if (typeof version !== 'string') faults.push('`version`, a string')
  return faults
}

function battleFaults({ events, pageFolder, createBattle, pastSessions }: Members): string[] {
  const faults: string[] = []
  if (!isEventDefinitions(events)) faults.push('`events`, made by defineEvents')
  if (typeof createBattle !== 'function') faults.push('`createBattle`, a function')
  if (pageFolder !== undefined && typeof pageFolder !== 'string') faults.push('`pageFolder` to be a path, or left out')
  if (pastSessions !== undefined && typeof pastSessions !== 'function')
    faults.push('`pastSessions` to be a function, or left out')
  return faults
}

function missionFaults({ missions, createMission }: Members): string[] {
  const faults: string[] = []
  const isListed = Array.isArray(missions) && missions.length > 0 && missions.every(isMissionTitle)
  if (!isListed) faults.push('`missions`, a list of at least one { id, title }')
  if (typeof createMission !== 'function') faults.push('`createMission`, a function')
  return faults
}

const isMissionTitle = (value: unknown): value is MissionTitle =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<MissionTitle>).id === 'string' &&
  typeof (value as Partial<MissionTitle>).title === 'string'
