/** Shows the newest rejections of a group, each beside what its type promises. */
import { type ReactElement, useCallback } from 'react'
import { fetchEventType } from '../api.ts'
import { useDialect } from '../dialect/use-dialect.ts'
import { formatTime, shortSession } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { hrefOf } from '../router.ts'
import { useAnswer } from '../use-answer.ts'
import { type ComparedProperty, comparePayload, type PromisedVersion, prettyRaw, schemaFor } from './compare-payload.ts'
import { fetchExamples, type Rejection, type RejectionGroup } from './fetch-rejections.ts'

interface Promised {
  readonly types: readonly string[]
  readonly versions: readonly PromisedVersion[]
}

const unknown: Promised = { types: [], versions: [] }

export function GroupPanel({ group }: { readonly group: RejectionGroup }): ReactElement {
  const { code, type, build } = group
  const dialect = useDialect()
  const { answer, retry } = useAnswer(
    useCallback(
      async (signal) => {
        const [examples, promised] = await Promise.all([
          fetchExamples({ code, type, build }, dialect, signal),
          type === '' ? unknown : fetchEventType(type, signal),
        ])
        return { examples, promised }
      },
      [code, type, build, dialect],
    ),
  )
  return (
    <Panel title={[code, type, build].filter(Boolean).join(' · ')} note="the newest ten" className="rejections">
      {answer.status === 'loading' && <LoadingState what="what came" />}
      {answer.status === 'away' && <StoreAwayState onRetry={retry} />}
      {answer.status === 'failed' && (
        <ErrorState title="They can not be read" message={answer.message} onRetry={retry} />
      )}
      {answer.status === 'here' && (
        <>
          {code === 'unknown_type' && <KnownTypes types={answer.value.promised.types} />}
          <ol>
            {answer.value.examples.map((example) => (
              <li key={`${example.sessionId}:${example.seq}`}>
                <Example rejection={example} versions={answer.value.promised.versions} />
              </li>
            ))}
          </ol>
        </>
      )}
    </Panel>
  )
}

const KnownTypes = ({ types }: { readonly types: readonly string[] }): ReactElement => (
  <p className="known">
    <span className="quiet">Expected one of </span>
    {types.map((type, at) => (
      <span key={type}>
        {at > 0 && ', '}
        <code>{type}</code>
      </span>
    ))}
  </p>
)

function Example({
  rejection,
  versions,
}: {
  readonly rejection: Rejection
  readonly versions: readonly PromisedVersion[]
}): ReactElement {
  const { sessionId, seq, message, raw, receivedAt } = rejection
  const schema = schemaFor(versions, raw)
  const properties = schema ? comparePayload(schema, raw, message) : undefined
  const isExplained = properties?.some(({ fault }) => fault !== undefined) === true
  return (
    <article>
      {!isExplained && (
        <p className="what">
          <strong>{message}</strong>
        </p>
      )}
      <p className="quiet">
        {formatTime(receivedAt)} ·{' '}
        <a href={hrefOf({ view: 'sessions', name: sessionId, parameters: { event: `${seq}` } })} title={sessionId}>
          {shortSession(sessionId)}
        </a>{' '}
        · {seq}
      </p>
      {properties && <Comparison properties={properties} />}
      {properties ? (
        <details>
          <summary>All that came</summary>
          <Raw raw={raw} />
        </details>
      ) : (
        <Raw raw={raw} />
      )}
    </article>
  )
}

const Raw = ({ raw }: { readonly raw: string }): ReactElement => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
  <section className="raw" tabIndex={0} aria-label="What came">
    <pre>{prettyRaw(raw)}</pre>
  </section>
)

const Comparison = ({ properties }: { readonly properties: readonly ComparedProperty[] }): ReactElement => (
  <table>
    <thead>
      <tr>
        <th scope="col">Property</th>
        <th scope="col">Expected</th>
        <th scope="col">Came</th>
      </tr>
    </thead>
    <tbody>
      {properties.map(({ name, expected, came, fault }) => (
        <tr key={name} className={fault === undefined ? '' : 'is-wrong'}>
          <th scope="row">{name}</th>
          <td>{expected ?? <span className="quiet">not named</span>}</td>
          <td>
            {came ?? <span className="quiet">nothing</span>}
            {fault !== undefined && <span className="why"> {fault}</span>}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
