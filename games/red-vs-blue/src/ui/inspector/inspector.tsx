/** Shows the inspector: what the world has kept, as an export would show it. Opened by I or its button, closed by Esc. */

import type { InspectorSummary } from '@downlink/artifacts'
import type { FactionInspection, MissionInspection, TutorialInspection } from '@downlink/world-state/slices'
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Game } from '../../game.ts'
import { ExportBox } from './export-box.tsx'
import { SaveBox } from './save-box.tsx'
import { Cascades, Facts, Missions, Removals, Standings, Transcript } from './sections.tsx'

/** Costs nothing while it is closed: there is nothing mounted then. */
export function Inspector({ game }: { readonly game: Game }): ReactNode {
  const isOpen = useStore(game.stores.ui, (ui) => ui.inspectorOpen)
  return isOpen ? <InspectorDialog game={game} /> : null
}

const refreshMs = 1000

function InspectorDialog({ game }: { readonly game: Game }): ReactNode {
  const { saveManager } = game.missions.world
  const dialogRef = useRef<HTMLDialogElement>(null)
  const [inspection, setInspection] = useState(() => readInspection(saveManager.getInspectorSummary()))
  const refresh = (): void => setInspection(readInspection(saveManager.getInspectorSummary()))
  const close = (): void => game.inspect(false)

  useLayoutEffect(() => {
    const dialog = dialogRef.current
    dialog?.showModal()
    // Closed while it is still in the document: only then does the focus return to where it was.
    return () => dialog?.close()
  }, [])

  useEffect(() => {
    const timer = setInterval(() => setInspection(readInspection(saveManager.getInspectorSummary())), refreshMs)
    return () => clearInterval(timer)
  }, [saveManager])

  /** The browser tells of it later: in strict mode, when the dialog is open again. */
  function onClose(): void {
    if (dialogRef.current?.open === false) close()
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Or Esc would also let go of the ship.
    event.stopPropagation()
    if (event.code === 'KeyI' && !event.ctrlKey && !event.metaKey && !event.altKey) close()
  }

  const { summary, factions, tutorial, missions } = inspection
  const { name, version, seed, missionId } = summary.game
  return (
    <dialog
      ref={dialogRef}
      className="inspector"
      aria-labelledby="inspector-title"
      data-testid="inspector"
      onKeyDown={onKeyDown}
      onClose={onClose}
    >
      <header>
        <div>
          <h2 id="inspector-title">Inspector</h2>
          <p>
            {name} {version} · {missionId ?? 'free battle'} · seed {seed} · {summary.generatedIso}
          </p>
        </div>
        <button
          type="button"
          className="quiet"
          data-testid="inspector-close"
          aria-keyshortcuts="Escape"
          onClick={close}
        >
          Close{' '}
          <span className="key" aria-hidden="true">
            Esc
          </span>
        </button>
      </header>
      <div className="inspector-body">
        <div className="columns">
          {summary.source === 'unavailable' && <p role="alert">There is no world to look at.</p>}
          <Standings factions={factions} />
          <Cascades factions={factions} />
          <Missions missions={missions} />
          <Transcript tutorial={tutorial} />
          <Removals factions={factions} />
          <Facts title="Telemetry" facts={summary.telemetry} />
          <Facts title="Engine" facts={summary.engine} />
        </div>
      </div>
      <footer>
        <ExportBox saveManager={saveManager} />
        <SaveBox game={game} onLoad={refresh} />
      </footer>
    </dialog>
  )
}

/** An inspector summary with the types of its sections: those of the slices that this game's store has. */
interface Inspection {
  readonly summary: InspectorSummary
  /** Undefined where the section could not be read. */
  readonly factions: FactionInspection | undefined
  readonly tutorial: TutorialInspection | undefined
  readonly missions: MissionInspection | undefined
}

const readInspection = (summary: InspectorSummary): Inspection => ({
  summary,
  factions: (summary.factions as FactionInspection | null) ?? undefined,
  tutorial: (summary.tutorial as TutorialInspection | null) ?? undefined,
  missions: (summary.missions as MissionInspection | null) ?? undefined,
})
