/** A cascade strikes: who started it, and whom it moved. It fades by itself. */

import type { ReactNode } from 'react'
import type { Cascade } from '../world/world-view.ts'

export function CascadeAlert({ cascade }: { readonly cascade: Cascade | undefined }): ReactNode {
  return (
    <div className="cascade-alert" role="status" data-testid="cascade-alert">
      {cascade && (
        // A new key plays it again.
        <div key={cascade.timeMs}>
          <p className="label">Cascade from the {cascade.source}</p>
          <ul>
            {cascade.reached.map(({ id, name, attitude }) => (
              <li key={id}>
                {name} <b className={attitude}>{attitude}</b>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
