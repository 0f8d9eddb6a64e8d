/** Listens to single keys: the views by number, the help, which lists them, and what the view that is shown adds. */
import { type ReactElement, type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { navigate } from './router.ts'
import { createShortcuts, isForPage, type Shortcuts, ShortcutsProvider } from './shortcuts.ts'
import { views } from './views.ts'

const storedName = 'downlink.keys'

export function Keyboard({ children }: { readonly children: ReactNode }): ReactElement {
  const [shortcuts] = useState(createShortcuts)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const [areKeysOn, setKeysOn] = useState(() => readStored() !== 'off')

  useEffect(() => {
    const byNumber = views.map(({ name, title }, at) => ({
      key: `${at + 1}`,
      does: title,
      run: () => navigate({ view: name, parameters: {} }),
    }))
    return shortcuts.add([...byNumber, { key: '?', does: 'This list', run: () => setHelpOpen(true) }])
  }, [shortcuts])

  useEffect(() => {
    if (!areKeysOn) return
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isForPage(event) && shortcuts.press(event.key)) event.preventDefault()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [shortcuts, areKeysOn])

  function turnKeys(on: boolean): void {
    setKeysOn(on)
    writeStored(on ? 'on' : 'off')
  }

  return (
    <ShortcutsProvider value={shortcuts}>
      {children}
      <footer className="foot">
        <button type="button" className="plain" onClick={() => setHelpOpen(true)}>
          Keys {areKeysOn ? <kbd>?</kbd> : '(off)'}
        </button>
      </footer>
      {isHelpOpen && (
        <HelpDialog
          shortcuts={shortcuts}
          areKeysOn={areKeysOn}
          onKeysOn={turnKeys}
          onClose={() => setHelpOpen(false)}
        />
      )}
    </ShortcutsProvider>
  )
}

/** A browser may keep its storage from a page; then the keys are on. */
function readStored(): string | null {
  try {
    return localStorage.getItem(storedName)
  } catch {
    return null
  }
}

function writeStored(text: string): void {
  try {
    localStorage.setItem(storedName, text)
  } catch {
    // It holds until the page is left.
  }
}

interface HelpDialogProps {
  readonly shortcuts: Shortcuts
  readonly areKeysOn: boolean
  readonly onKeysOn: (areKeysOn: boolean) => void
  readonly onClose: () => void
}

function HelpDialog({ shortcuts, areKeysOn, onKeysOn, onClose }: HelpDialogProps): ReactElement {
  const keys = useSyncExternalStore(shortcuts.subscribe, shortcuts.snapshot)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {keys.map(({ key, does }) => (
          <div key={`${key} ${does}`}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input type="checkbox" checked={areKeysOn} onChange={(event) => onKeysOn(event.target.checked)} />
        Single keys do this
      </label>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  )
}
