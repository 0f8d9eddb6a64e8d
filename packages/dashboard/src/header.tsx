/** Name, and whether the link to the collector is up. */
import type { ReactElement } from 'react'
import type { LinkState } from './live/live-link.ts'

const linkTexts: Record<LinkState, string> = {
  connecting: 'Connecting',
  open: 'Link up',
  lost: 'Link lost, trying again',
}

export function Header({
  link,
  sockets,
}: {
  readonly link: LinkState
  readonly sockets: number | undefined
}): ReactElement {
  return (
    <header className="top">
      <h1>
        <img src="./icon.svg" alt="" width="28" height="28" />
        Downlink
      </h1>
      <p className="sockets">
        <strong>{sockets ?? '–'}</strong> {sockets === 1 ? 'socket' : 'sockets'} up
      </p>
      <p className={`link link-${link}`} role="status">
        <span className="lamp" aria-hidden="true" />
        {linkTexts[link]}
      </p>
    </header>
  )
}
