/** Saves SQL as a question of the page, or hands it out as a question's file. */
import type { QuestionChart } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { type FormEvent, type ReactElement, useState } from 'react'
import { saveQuestion } from '../api.ts'
import { downloadText } from '../charts/download-answer.ts'
import { Field } from '../parts/field.tsx'
import { hrefOf } from '../router.ts'
import { nameOf, questionText } from './question-text.ts'

interface SaveQuestionProps {
  readonly sql: string
  readonly chart: QuestionChart
  readonly writable: boolean
}

type Outcome =
  | { readonly status: 'none' }
  | { readonly status: 'saved'; readonly name: string }
  | { readonly status: 'failed'; readonly message: string }

export function SaveQuestion({ sql, chart, writable }: SaveQuestionProps): ReactElement {
  const [outcome, setOutcome] = useState<Outcome>({ status: 'none' })

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const title = String(form.get('title'))
    const name = nameOf(title)
    const text = questionText({ title, answers: String(form.get('answers')), chart, sql })
    if (!writable) {
      downloadText(text, `${name}.sql`, 'application/sql')
      return
    }
    try {
      await saveQuestion(name, text)
      setOutcome({ status: 'saved', name })
    } catch (error) {
      setOutcome({ status: 'failed', message: messageOf(error) })
    }
  }

  return (
    <details className="save">
      <summary>{writable ? 'Save as a question' : 'Save as a file of a question'}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <Field label="What is asked">
          <input name="title" required maxLength={120} placeholder="Where do players wait?" />
        </Field>
        <Field label="What the answer says">
          <input name="answers" required maxLength={500} />
        </Field>
        <button type="submit" className="main">
          {writable ? 'Save' : 'Download'}
        </button>
        {!writable && (
          <p className="quiet">
            With a read token nothing is saved from here. Put the file into the folder of <code>--questions</code>.
          </p>
        )}
        {outcome.status === 'saved' && (
          <p role="status">
            Saved: <a href={hrefOf({ view: 'questions', name: outcome.name, parameters: {} })}>{outcome.name}</a>
          </p>
        )}
        {outcome.status === 'failed' && (
          <p className="fault" role="alert">
            {outcome.message}
          </p>
        )}
      </form>
    </details>
  )
}
