/** Takes SQL: in a plain text area first, and where the editor can't be loaded; in the editor once it is there. */
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { CodeEditor, Words } from './code-editor.ts'
import { findErrorPlace } from './error-place.ts'

interface SqlEditorProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onRun: () => void
  readonly words: Words | undefined
  /** What the database complains of. */
  readonly complaint: string | undefined
}

const label = 'One SELECT'

export function SqlEditor({ value, onChange, onRun, words, complaint }: SqlEditorProps): ReactElement {
  const id = useId()
  const host = useRef<HTMLDivElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const latest = useRef({ value, onChange, onRun })
  const [editor, setEditor] = useState<CodeEditor>()
  useEffect(() => {
    latest.current = { value, onChange, onRun }
  })

  useEffect(() => {
    let made: CodeEditor | undefined
    let gone = false
    import('./code-editor.ts').then(
      ({ createCodeEditor }) => {
        if (gone || !host.current) return
        const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
        const hadFocus = document.activeElement === area.current
        made = createCodeEditor({
          root,
          label,
          text: latest.current.value,
          onChange: (text) => latest.current.onChange(text),
          onRun: () => latest.current.onRun(),
        })
        // At once: there are never two of them.
        flushSync(() => setEditor(made))
        if (hadFocus) made.focus()
      },
      // It is of another version of the collector, or the link is gone: the text area does.
      () => {},
    )
    return () => {
      gone = true
      made?.destroy()
      setEditor(undefined)
    }
  }, [])

  useEffect(() => editor?.setText(value), [editor, value])
  useEffect(() => words && editor?.setWords(words), [editor, words])
  useEffect(() => {
    editor?.mark(complaint === undefined ? undefined : findErrorPlace(latest.current.value, complaint))
  }, [editor, complaint])

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    onRun()
  }

  return (
    <div className="sql-editor">
      <div ref={host} hidden={editor === undefined} />
      {editor === undefined && (
        <>
          <label className="hidden" htmlFor={id}>
            {label}
          </label>
          <textarea
            id={id}
            ref={area}
            rows={6}
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </>
      )}
    </div>
  )
}
