/** Shows the name, the views, and whether the link to the collector is up; where it was lost, when and why. */
import type { LiveCounters } from '@downlink/collector'
import type { ReactElement, ReactNode } from 'react'
import { formatClock } from './format.ts'
import { stateText, storeStateOf } from './health/store-state.ts'
import type { Link } from './live/live-feed.ts'
import { hrefOf } from './router.ts'

const linkTexts: Record<Link['status'], string> = {
  connecting: 'Connecting',
  open: 'Link up',
  lost: 'Link lost, trying again',
  locked: 'Locked',
}

/** Said by the site of the docs, which shows the page over what was recorded of a collector. */
const isRecorded = 'recorded' in document.documentElement.dataset

interface HeaderProps {
  readonly link: Link
  readonly counters: LiveCounters | undefined
  readonly children: ReactNode
}

export function Header({ link, counters, children }: HeaderProps): ReactElement {
  const isOpen = link.status === 'open'
  const store = storeStateOf(counters, isOpen)
  return (
    <header className="top">
      <a className="brand" href={hrefOf({ view: 'live', parameters: {} })}>
        <img src="./icon.svg" alt="" width="24" height="24" />
        Downlink
      </a>
      {children}
      {store.status !== 'unknown' && store.status !== 'current' && (
        <a className="database" href={hrefOf({ view: 'health', parameters: {} })}>
          Database: {stateText(store).toLowerCase()}
        </a>
      )}
      <p className={`link link-${isRecorded ? 'recorded' : link.status}`} role="status">
        <span className="lamp" aria-hidden="true" />
        {isRecorded ? 'Recorded' : linkTexts[link.status]}
      </p>
      <LossNote link={link} />
    </header>
  )
}

function LossNote({ link }: { readonly link: Link }): ReactElement | null {
  if (link.status === 'connecting' || link.status === 'locked' || !link.lost) return null
  const { atMs, reason } = link.lost
  return link.status === 'lost' ? (
    <p className="loss fault" role="alert">
      Lost at {formatClock(atMs)}: {reason} What is shown is from then.
    </p>
  ) : (
    <p className="loss quiet">
      Lost at {formatClock(atMs)}: {reason} Back at {formatClock(link.sinceMs)}; what came between is stored, and not in
      the live tail.
    </p>
  )
}
