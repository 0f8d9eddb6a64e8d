/** Keeps the world in this browser, and brings it back. */

import { type ReactNode, useState } from 'react'
import type { Game } from '../../game.ts'

interface SaveBoxProps {
  readonly game: Game
  readonly onLoad: () => void
}

export function SaveBox({ game, onLoad }: SaveBoxProps): ReactNode {
  const [words, setWords] = useState('')
  /** The slot holds what another tab saved, or an earlier visit. */
  const [isTaken, setIsTaken] = useState(false)

  async function save(overwrite: boolean): Promise<void> {
    const result = await game.missions.world.saveManager.save(undefined, { overwrite })
    setIsTaken(!result.ok && result.reason === 'conflict')
    if (result.ok) setWords('The world is saved in this browser.')
    else if (result.reason === 'conflict') setWords('There is a saved world already. Load it, or save over it.')
    else setWords(`Not saved: ${result.message}`)
  }

  async function load(): Promise<void> {
    const result = await game.missions.load()
    setIsTaken(false)
    setWords(result.ok ? 'This is the saved world. Its mission is not flown on.' : `Not loaded: ${result.message}`)
    if (result.ok) onLoad()
  }

  return (
    <div className="save-box">
      <button type="button" className="quiet" data-testid="save-world" onClick={() => save(isTaken)}>
        {isTaken ? 'Save over it' : 'Save world'}
      </button>
      <button type="button" className="quiet" data-testid="load-world" onClick={load}>
        Load
      </button>
      <p role="status" data-testid="save-status">
        {words}
      </p>
    </div>
  )
}
