/** Shows the sections of an inspector summary, for people. */

import type { FactionInspection, MissionInspection, TutorialInspection } from '@downlink/world-state/slices'
import { Fragment, type ReactNode, useId } from 'react'

interface SectionProps {
  readonly title: string
  /** Said in the place of the content. */
  readonly emptyWords: string
  readonly isEmpty: boolean
  readonly children: ReactNode
}

function Section({ title, emptyWords, isEmpty, children }: SectionProps): ReactNode {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {isEmpty ? <p className="nothing">{emptyWords}</p> : children}
    </section>
  )
}

interface TableProps {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly ReactNode[])[]
}

/** The first cell of a row names it. */
function Table({ columns, rows }: TableProps): ReactNode {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([head, ...cells], row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and no state
            <tr key={row}>
              <th scope="row">{head}</th>
              {cells.map((cell, at) => (
                <td key={columns[at + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Standings({ factions }: { readonly factions: FactionInspection | undefined }): ReactNode {
  const { standings = [] } = factions ?? {}
  return (
    <Section title="Standings" isEmpty={standings.length === 0} emptyWords="No faction has heard of you yet.">
      <Table
        columns={['Faction', 'Attitude', 'Fame', 'Infamy']}
        rows={standings.map(({ factionName, attitude, fame, infamy }) => [
          factionName,
          <b key="attitude" className={attitude ?? ''}>
            {attitude ?? 'neutral'}
          </b>,
          fame,
          infamy,
        ])}
      />
    </Section>
  )
}

export function Cascades({ factions }: { readonly factions: FactionInspection | undefined }): ReactNode {
  const { cascadeTargets = [], standings = [] } = factions ?? {}
  const nameOf = (id: string): string => standings.find(({ factionId }) => factionId === id)?.factionName ?? id
  return (
    <Section title="Cascade targets" isEmpty={cascadeTargets.length === 0} emptyWords="No cascade has struck.">
      <Table
        columns={['Faction', 'Cascades', 'Last change', 'Caused by', 'When']}
        rows={cascadeTargets.map(({ factionName, cascadeCount, lastCascade, sources }) => [
          factionName,
          cascadeCount,
          lastCascade && `${lastCascade.oldAttitude} → ${lastCascade.newAttitude}`,
          sources.map(nameOf).join(', '),
          lastCascade && clockTime(lastCascade.timestamp),
        ])}
      />
    </Section>
  )
}

export function Removals({ factions }: { readonly factions: FactionInspection | undefined }): ReactNode {
  const { recentMemberRemovals = [] } = factions ?? {}
  return (
    <Section title="Recent losses" isEmpty={recentMemberRemovals.length === 0} emptyWords="Nobody was lost.">
      <Table
        columns={['Ship', 'Faction', 'How', 'When']}
        rows={recentMemberRemovals.map(({ entityId, factionName, tag, removedAt }) => [
          entityId,
          factionName,
          tag?.replaceAll('_', ' '),
          clockTime(removedAt),
        ])}
      />
    </Section>
  )
}

export function Missions({ missions }: { readonly missions: MissionInspection | undefined }): ReactNode {
  const { missions: all = [] } = missions ?? {}
  return (
    <Section title="Missions" isEmpty={all.length === 0} emptyWords="No mission was begun.">
      {all.map(({ missionId, title, status, reason, objectives }) => (
        <Fragment key={missionId}>
          <h4>
            {title} <b className={status}>{status}</b> {reason}
          </h4>
          <Table
            columns={['Objective', 'Status', 'Progress', 'Held up by']}
            rows={objectives.map((objective) => [
              objective.title,
              <b key="status" className={objective.status}>
                {objective.status}
              </b>,
              `${objective.progress} of ${objective.target}`,
              objective.reason,
            ])}
          />
        </Fragment>
      ))}
    </Section>
  )
}

export function Transcript({ tutorial }: { readonly tutorial: TutorialInspection | undefined }): ReactNode {
  const { transcript = [] } = tutorial ?? {}
  return (
    <Section title="Tutorial transcript" isEmpty={transcript.length === 0} emptyWords="Nobody was taught anything.">
      <ol className="transcript">
        {transcript.map(({ sequence, event, title, action, followUpNarrative, timestamp }) => (
          <li key={sequence}>
            <time dateTime={new Date(timestamp).toISOString()}>{clockTime(timestamp)}</time>
            <span>
              <b>{event.replace('tutorial:', '').replaceAll('_', ' ')}</b> {title}
              {action && <span className="action"> · {action}</span>}
              {followUpNarrative && <span className="story"> {followUpNarrative}</span>}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  )
}

/** Whatever a host's section holds, one line a field. */
export function Facts({ title, facts }: { readonly title: string; readonly facts: unknown }): ReactNode {
  const lines = typeof facts === 'object' && facts !== null ? Object.entries(facts) : []
  return (
    <Section title={title} isEmpty={lines.length === 0} emptyWords="Nothing is known.">
      <dl>
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'object' ? wordsOf(value) : String(value)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

const wordsOf = (value: object | null): string =>
  value === null
    ? '–'
    : Object.entries(value)
        .map(([name, each]) => `${name} ${typeof each === 'object' ? JSON.stringify(each) : each}`)
        .join(', ') || '–'

/** Hours, minutes, seconds and tenths, as in the exported files: in UTC. */
const clockTime = (timeMs: number): string => new Date(timeMs).toISOString().slice(11, 21)
