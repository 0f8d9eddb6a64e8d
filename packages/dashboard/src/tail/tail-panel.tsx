/** Shows events as they are stored, newest on top. */
import { type ReactElement, useState } from 'react'
import { formatCount, formatTime, type Hues, hueClass, shortSession } from '../format.ts'
import { Field } from '../parts/field.tsx'
import { Segmented } from '../parts/segmented.tsx'
import { useShortcuts } from '../use-shortcuts.ts'
import { matching, type Shown, type Tail, type TailEntry } from './tail.ts'

interface TailPanelProps {
  readonly tail: Tail
  readonly hues: Hues
  readonly listening: boolean
}

export function TailPanel({ tail, hues, listening }: TailPanelProps): ReactElement {
  const [held, setHeld] = useState<Tail>()
  const [filter, setFilter] = useState('')
  const [kinds, setKinds] = useState<Shown>('all')
  const shown = held ?? tail
  const entries = matching(shown.entries, filter, kinds)
  const turn = () => setHeld(held ? undefined : tail)
  useShortcuts([{ key: 'p', does: held ? 'Let the tail go on' : 'Pause the tail', run: turn }])
  const waitingText = listening ? 'Listening.' : 'Waiting for the link.'
  return (
    <section className="panel tail" aria-labelledby="tail-title">
      <div className="bar">
        <h2 id="tail-title">Live tail</h2>
        {shown.lost > 0 && (
          <p className="quiet" title="They are stored all the same. The tail shows at most 500 a second.">
            {formatCount(shown.lost)} too fast to show
          </p>
        )}
        <Segmented
          label="Show"
          value={kinds}
          options={[
            { value: 'all', text: 'All' },
            { value: 'rejected', text: 'Rejected' },
          ]}
          onChange={setKinds}
        />
        <Field label="Type">
          <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
        </Field>
        <button type="button" aria-pressed={held !== undefined} onClick={turn}>
          {held ? 'Go on' : 'Pause'}
        </button>
      </div>
      {entries.length === 0 ? (
        <p className="quiet">{tail.entries.length === 0 ? waitingText : 'Nothing of this kind among the newest.'}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        <section className="scroll" tabIndex={0} aria-label="Newest events">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Type</th>
                <th scope="col">Data</th>
                <th scope="col">Session</th>
                <th scope="col">Seq</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <Row key={entry.key} entry={entry} hue={hueClass(hues, entry.type)} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}

const Row = ({ entry, hue }: { readonly entry: TailEntry; readonly hue: string }): ReactElement => (
  <tr className={entry.rejected ? 'rejected' : hue}>
    <td className="time">{formatTime(entry.at)}</td>
    <td className="type">{entry.rejected ? `rejected: ${entry.type}` : entry.type}</td>
    <td className="data">{entry.text}</td>
    <td className="session-id" title={entry.sessionId}>
      {shortSession(entry.sessionId)}
    </td>
    <td className="seq">{formatCount(entry.seq)}</td>
  </tr>
)
