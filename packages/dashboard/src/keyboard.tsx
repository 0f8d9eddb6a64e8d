/** Listens to single keys: the views by number, the help, and what the view that is shown adds. */
import { type ReactElement, type ReactNode, useEffect, useState } from 'react'
import { HelpDialog } from './help-dialog.tsx'
import { navigate } from './router.ts'
import { createShortcuts, isForPage } from './shortcuts.ts'
import { ShortcutsProvider } from './use-shortcuts.ts'
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
