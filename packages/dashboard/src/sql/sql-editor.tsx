/** Takes SQL: in a plain text area first, and where the editor can't be loaded; in the editor once it is there. */
import type { SqlDialect } from '@downlink/collector'
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { CodeEditor, Words } from './code-editor.ts'
import { findErrorPlace } from './error-place.ts'

export interface SqlText {
  readonly sql: string
  /** It came from the editor, which is never told its own text: somebody types on meanwhile. */
  readonly isTyped: boolean
}

/** What the database says is wrong. */
export interface Complaint {
  readonly sql: string
  readonly message: string
}

interface SqlEditorProps {
  readonly dialect: SqlDialect
  readonly text: SqlText
  readonly onChange: (sql: string) => void
  readonly onRun: (sql: string) => void
  readonly words: Words | undefined
  readonly complaint: Complaint | undefined
}

const label = 'One SELECT'

export function SqlEditor({ dialect, text, onChange, onRun, words, complaint }: SqlEditorProps): ReactElement {
  const id = useId()
  const host = useRef<HTMLDivElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const latest = useRef({ text, onChange, onRun })
  const [editor, setEditor] = useState<CodeEditor>()
  useEffect(() => {
    latest.current = { text, onChange, onRun }
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
          ...{ label, dialect },
          text: latest.current.text.sql,
          onChange: (sql) => latest.current.onChange(sql),
          onRun: (sql) => latest.current.onRun(sql),
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
  }, [dialect])

  useEffect(() => {
    if (!text.isTyped) editor?.setText(text.sql)
  }, [editor, text])
  useEffect(() => words && editor?.setWords(words), [editor, words])
  useEffect(() => {
    const { sql = '', message = '' } = complaint ?? {}
    editor?.mark(findErrorPlace(sql, message), sql)
  }, [editor, complaint])

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    onRun(event.currentTarget.value)
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
            value={text.sql}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </>
      )}
    </div>
  )
}
