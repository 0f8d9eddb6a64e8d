/** Shows the stack of an error: where it was in the game's sources, as far as source maps tell, and as the browser wrote it. */
import { type ReactElement, useCallback, useState } from 'react'
import { useAnswer } from '../use-answer.ts'
import type { OriginalFrame, ResolvedStack, StackResolver } from './resolved-stack.ts'
import { type Stack, type StackFrame, shortFile } from './stack.ts'

interface StackPanelProps {
  readonly stack: Stack
  readonly build: string | undefined
  readonly resolver: StackResolver
}

export function StackPanel({ stack, build, resolver }: StackPanelProps): ReactElement {
  const [isAsWritten, setAsWritten] = useState(false)
  const ask = useCallback((signal: AbortSignal) => resolver.resolve(stack, build, signal), [stack, build, resolver])
  const { answer, retry } = useAnswer(ask)
  const { originals, faults } = answer.status === 'here' ? answer.value : nothing
  const isResolved = originals.some((original) => original !== undefined)
  const firstShown = originals.findIndex((original) => original !== undefined)
  return (
    <section className="stack" aria-label="Stack">
      <header>
        <h3>Stack</h3>
        {isResolved && (
          <button type="button" aria-pressed={isAsWritten} onClick={() => setAsWritten(!isAsWritten)}>
            As the browser wrote it
          </button>
        )}
      </header>
      {stack.message !== '' && <p className="fault">{stack.message}</p>}
      <ol>
        {stack.frames.map((frame, at) => {
          const original = isAsWritten ? undefined : originals[at]
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stack never changes, and a frame may be there twice
            <li key={at}>
              {original ? (
                <Original frame={original} isOpen={at === firstShown} />
              ) : (
                <Place {...frame} title={frame.file} file={shortFile(frame.file)} />
              )}
            </li>
          )
        })}
      </ol>
      {answer.status === 'loading' && (
        <p className="quiet" role="status">
          Looking for source maps
        </p>
      )}
      {answer.status === 'failed' && (
        <p role="alert">
          Source maps could not be asked for: {answer.message}{' '}
          <button type="button" onClick={retry}>
            Try again
          </button>
        </p>
      )}
      {faults.map((fault) => (
        <p key={fault} className="quiet">
          {fault}
        </p>
      ))}
    </section>
  )
}

const nothing: ResolvedStack = { originals: [], faults: [] }

function Place({ name, file, line, column, title }: StackFrame & { readonly title: string }): ReactElement {
  return (
    <>
      <span className="name">{name === '' ? '(no name)' : name}</span>{' '}
      <span className="quiet" title={title}>
        {file}:{line}:{column}
      </span>
    </>
  )
}

function Original({ frame, isOpen }: { readonly frame: OriginalFrame; readonly isOpen: boolean }): ReactElement {
  const place = <Place {...frame} title={frame.file} />
  if (frame.excerpt.length === 0) return place
  return (
    <details open={isOpen}>
      <summary>{place}</summary>
      <pre>
        {frame.excerpt.map(({ line, text }) => (
          <code key={line} aria-current={line === frame.line || undefined}>
            <span className="quiet">{line}</span> {text}
            {'\n'}
          </code>
        ))}
      </pre>
    </details>
  )
}
