/** A game looked at, at one moment: the summary, and what goes into files beside it. */

import type { GameIdentity, InspectorSummary, Table } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import { isoTime } from './iso-time.ts'
import { copyJson, type Json, setField } from './json.ts'
import { readSection, type SectionFault } from './section-fault.ts'
import type { WorldStateStore } from './store/world-state-store.ts'

/** What can be asked of a game. Any of it may throw: what does is missing from the inspection, and named in it. */
export interface InspectionSources {
  /** Without one a summary says that it is unavailable. */
  readonly store?: Pick<WorldStateStore, 'inspect' | 'tables'>
  readonly game: GameIdentity | (() => GameIdentity)
  /** The host's own sections of the summary: `engine`, `telemetry` … One that a slice claims too is the host's. */
  readonly sections?: Readonly<Record<string, () => unknown>>
  /** The telemetry events of the run: those of an event recorder. */
  readonly events?: () => Iterable<unknown>
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number
}

export interface Inspection {
  readonly summary: InspectorSummary
  readonly tables: readonly Table[]
  readonly events: Iterable<unknown> | undefined
}

/** In place of a game that could not say what it is. */
const unknownGame: GameIdentity = { name: 'unknown', version: 'unknown', seed: null, missionId: null }

export function inspectGame(sources: InspectionSources): Inspection {
  const { store, game, sections = {}, events, clock = Date.now } = sources
  const faults: SectionFault[] = []
  const onFault = (fault: SectionFault): void => void faults.push(fault)

  const generatedAt = clock()
  const summary: Record<string, unknown> = {
    formatVersion: 1,
    generatedAt,
    generatedIso: isoTime(generatedAt),
    source: store ? 'worldStateStore' : 'unavailable',
    game: readSection('game', () => (typeof game === 'function' ? game() : game), copyJson, onFault) ?? unknownGame,
    ...store?.inspect(onFault),
  }
  for (const [section, read] of Object.entries(sections)) {
    setField(summary, section, readSection(section, read, copyJson, onFault) ?? null)
  }
  const tables = store?.tables(onFault) ?? []
  // A list of its own: the recorder goes on while the export is written.
  const recorded = events && readSection('events', events, (all) => [...all], onFault)
  if (faults.length > 0) summary.failedSections = faults.map(namedFault)
  return { summary: summary as unknown as InspectorSummary, tables, events: recorded }
}

const namedFault = ({ section, error }: SectionFault): Json => ({
  section,
  message: messageOf(error),
})
