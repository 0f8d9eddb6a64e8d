/** Names a question, and says what its answer says and what can be done with it. */
import type { Question } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { type ReactElement, useState } from 'react'
import { deleteQuestion } from '../api.ts'
import { hrefOf, navigate } from '../router.ts'

interface QuestionHeadProps {
  readonly question: Question
  /** Where its SQL can be changed; none while something is not picked. */
  readonly sqlHref: string | undefined
}

export function QuestionHead({ question, sqlHref }: QuestionHeadProps): ReactElement {
  const [note, setNote] = useState('')
  const { name, title, answers, origin } = question

  async function remove(): Promise<void> {
    if (!confirm(`Delete the question "${title}"?`)) return
    try {
      await deleteQuestion(name)
      navigate({ view: 'questions', parameters: {} })
    } catch (error) {
      setNote(messageOf(error))
    }
  }

  /** Without a secure context there is no clipboard; the address bar has it all the same. */
  async function copy(): Promise<void> {
    setNote(
      await navigator.clipboard.writeText(location.href).then(
        () => 'The address is copied.',
        () => 'The browser keeps its clipboard: copy the address from its bar.',
      ),
    )
  }

  return (
    <header className="question-head">
      <p>
        <a href={hrefOf({ view: 'questions', parameters: {} })}>All questions</a>
      </p>
      <div className="bar">
        <h2>{title}</h2>
        <div className="actions">
          {sqlHref !== undefined && <a href={sqlHref}>Change it in SQL</a>}
          <button type="button" onClick={() => void copy()}>
            Copy the address
          </button>
          {origin === 'saved' && (
            <button type="button" onClick={() => void remove()}>
              Delete
            </button>
          )}
        </div>
      </div>
      <p className="quiet">{answers}</p>
      <p className="quiet" role="status">
        {note}
      </p>
    </header>
  )
}
