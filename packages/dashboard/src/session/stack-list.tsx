/** Shows a stack, the innermost frame on top, with files by the names that people know. */
import type { ReactElement } from 'react'
import { type Stack, shortFile } from './stack.ts'

export const StackList = ({ stack }: { readonly stack: Stack }): ReactElement => (
  <section className="stack" aria-label="Stack">
    <h3>Stack</h3>
    {stack.message !== '' && <p className="fault">{stack.message}</p>}
    <ol>
      {stack.frames.map(({ name, file, line, column }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a stack never changes, and a frame may be there twice
        <li key={at}>
          <span className="name">{name === '' ? '(no name)' : name}</span>{' '}
          <span className="quiet" title={file}>
            {shortFile(file)}:{line}:{column}
          </span>
        </li>
      ))}
    </ol>
  </section>
)
