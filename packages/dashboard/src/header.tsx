/** Shows the name, and whether the link to the collector is up; where it was lost, when and why. */
import type { ReactElement } from 'react'
import { formatClock } from './format.ts'
import type { Link } from './live/live-feed.ts'

const linkTexts: Record<Link['status'], string> = {
  connecting: 'Connecting',
  open: 'Link up',
  lost: 'Link lost, trying again',
}

export function Header({ link, sockets }: { readonly link: Link; readonly sockets: number | undefined }): ReactElement {
  return (
    <header className="top">
      <h1>
        <img src="./icon.svg" alt="" width="28" height="28" />
        Downlink
      </h1>
      <p className="sockets">
        <strong>{sockets ?? '–'}</strong> {sockets === 1 ? 'socket' : 'sockets'} up
      </p>
      <p className={`link link-${link.status}`} role="status">
        <span className="lamp" aria-hidden="true" />
        {linkTexts[link.status]}
      </p>
      <LossNote link={link} />
    </header>
  )
}

function LossNote({ link }: { readonly link: Link }): ReactElement | null {
  if (link.status === 'connecting' || !link.lost) return null
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
