/** Shows the events that were rejected, by code, type and build, and what was expected beside what came. */
import { type ReactElement, useCallback } from 'react'
import { useDialect } from '../dialect/use-dialect.ts'
import { formatAge, formatCount } from '../format.ts'
import { DataTable, NumberHead } from '../parts/data-table.tsx'
import { Panel } from '../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { hrefOf, useAddress } from '../router.ts'
import { useAnswer } from '../use-answer.ts'
import { fetchGroups, type GroupFilter, type RejectionGroup } from './fetch-rejections.ts'
import { GroupPanel } from './group-panel.tsx'
import './rejected.css'

export default function RejectedView(): ReactElement {
  const { code, type, build } = useAddress().parameters
  const dialect = useDialect()
  const { answer, last, retry } = useAnswer(useCallback((signal) => fetchGroups({}, dialect, signal), [dialect]))
  const groups = answer.status === 'here' ? answer.value : last
  const filter: GroupFilter = {
    ...(code !== undefined && { code }),
    ...(type !== undefined && { type: textOf(type) }),
    ...(build !== undefined && { build: textOf(build) }),
  }
  const shown = groups?.filter((group) => isIn(group, filter)) ?? []
  const [first] = shown
  const isNarrowed = Object.keys(filter).length > 0
  return (
    <>
      <Panel
        title="Rejected events"
        note={groups && groups.length > 0 && `${formatCount(sumOf(shown))} kept, by code, type and build`}
        actions={
          <>
            {isNarrowed && <a href={hrefOf({ view: 'rejected', parameters: {} })}>All of them</a>}
            <button type="button" onClick={retry}>
              Look again
            </button>
          </>
        }
        className="rejected"
      >
        {answer.status === 'loading' && !groups && <LoadingState what="rejections" />}
        {answer.status === 'away' && <StoreAwayState onRetry={retry} />}
        {answer.status === 'failed' && (
          <ErrorState title="The rejections can not be read" message={answer.message} onRetry={retry} />
        )}
        {groups?.length === 0 && (
          <EmptyState title="Nothing was rejected">
            <p className="quiet">
              An event that does not fit its definition, or the limits of the wire, is kept here with what was wrong. Of
              one batch a hundred are kept; the ledgers count them all.
            </p>
          </EmptyState>
        )}
        {groups && groups.length > 0 && shown.length === 0 && (
          <EmptyState title="Nothing like that was rejected">
            <p className="quiet">What the address asks for is not among what is kept.</p>
          </EmptyState>
        )}
        {shown.length > 0 && (
          <DataTable label="Groups of rejected events" columns={columns}>
            {shown.map((group) => (
              <GroupRow key={`${group.code} ${group.type} ${group.build}`} group={group} isOpen={group === first} />
            ))}
          </DataTable>
        )}
      </Panel>
      {first && <GroupPanel key={`${first.code} ${first.type} ${first.build}`} group={first} />}
    </>
  )
}

const columns = [
  'Code',
  'Type',
  'Build',
  <NumberHead key="events" text="Events" />,
  <NumberHead key="sessions" text="Sessions" />,
  'Last',
  'Example',
]

/** In an address nothing can not be told from all, and so it has a word. */
const nothing = '(none)'
const textOf = (parameter: string): string => (parameter === nothing ? '' : parameter)

const isIn = (group: RejectionGroup, filter: GroupFilter): boolean =>
  (['code', 'type', 'build'] as const).every((name) => filter[name] === undefined || filter[name] === group[name])

const sumOf = (groups: readonly RejectionGroup[]): number => groups.reduce((sum, { events }) => sum + events, 0)

function GroupRow({ group, isOpen }: { readonly group: RejectionGroup; readonly isOpen: boolean }): ReactElement {
  const { code, type, build, events, sessions, lastMs, example } = group
  const href = hrefOf({ view: 'rejected', parameters: { code, type: type || nothing, build: build || nothing } })
  return (
    <tr className={isOpen ? 'is-open' : ''}>
      <td>
        <a href={href} aria-current={isOpen ? 'true' : undefined}>
          {code}
        </a>
      </td>
      <td>{type || <span className="quiet">unreadable</span>}</td>
      <td>{build || <span className="quiet">none</span>}</td>
      <td className="number">{formatCount(events)}</td>
      <td className="number">{formatCount(sessions)}</td>
      <td>{formatAge(Date.now() - lastMs)}</td>
      <td className="example" title={example}>
        {example}
      </td>
    </tr>
  )
}
