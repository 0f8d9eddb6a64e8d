/** Lists the keys of the page, and turns single keys off for those who dictate. */
import { type ReactElement, useEffect, useRef, useSyncExternalStore } from 'react'
import type { Shortcuts } from './shortcuts.ts'

interface HelpDialogProps {
  readonly shortcuts: Shortcuts
  readonly areKeysOn: boolean
  readonly onKeysOn: (areKeysOn: boolean) => void
  readonly onClose: () => void
}

export function HelpDialog({ shortcuts, areKeysOn, onKeysOn, onClose }: HelpDialogProps): ReactElement {
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
