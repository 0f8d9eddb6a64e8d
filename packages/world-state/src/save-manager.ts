/** What a game asks for when it wants its world kept or looked at. */
import type { GameIdentity, InspectorSummary } from '@downlink/artifacts'
import { copyJson, setField } from './json.ts'
import type { SectionFault } from './store/sections.ts'
import type { WorldStateStore } from './store/world-state-store.ts'

export interface SaveManagerOptions {
  /** Without one there is nothing to save, and a summary says so. */
  readonly store?: Pick<WorldStateStore, 'snapshot' | 'hydrate' | 'inspect' | 'tables'>
  readonly game: GameIdentity | (() => GameIdentity)
  /** The host's own sections of the summary: `engine`, `telemetry` … They come after the slices' and win over them. */
  readonly sections?: Readonly<Record<string, () => unknown>>
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number
}

/** @example new SaveManager({ store, game: { name: 'Red vs Blue', version: '1.0.0', seed: 7, missionId: 'cascade' } }) */
export class SaveManager {
  readonly #options: SaveManagerOptions

  constructor(options: SaveManagerOptions) {
    this.#options = options
  }

  /**
   * The world at this moment, as JSON data. A section that can't be read is null, and named in `failedSections`.
   * Never throws; without a store its source is `unavailable`.
   */
  getInspectorSummary(): InspectorSummary {
    const { store, game, sections = {}, clock = Date.now } = this.#options
    const failedSections: { section: string; message: string }[] = []
    const onFault = ({ section, error }: SectionFault): void => {
      failedSections.push({ section, message: error instanceof Error ? error.message : String(error) })
    }
    const generatedAt = clock()
    const summary: Record<string, unknown> = {
      formatVersion: 1,
      generatedAt,
      generatedIso: new Date(generatedAt).toISOString(),
      source: store ? 'worldStateStore' : 'unavailable',
      game: copyJson(typeof game === 'function' ? game() : game),
      ...store?.inspect(onFault),
    }
    for (const [section, read] of Object.entries(sections)) {
      try {
        setField(summary, section, copyJson(read()))
      } catch (error) {
        setField(summary, section, null)
        onFault({ section, error })
      }
    }
    if (failedSections.length > 0) summary.failedSections = failedSections
    return summary as unknown as InspectorSummary
  }
}
