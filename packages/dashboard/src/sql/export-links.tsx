/** Hands out all events as a file, once the database is there. */
import { messageOf } from '@downlink/protocol'
import { type MouseEvent, type ReactElement, useState } from 'react'
import { exportPath, runQuery } from '../api.ts'
import { askAgain } from '../ask-again.ts'

type Wish = { readonly status: 'none' | 'waiting' } | { readonly status: 'failed'; readonly message: string }

export function ExportLinks(): ReactElement {
  const [wish, setWish] = useState<Wish>({ status: 'none' })

  /** A download that fails says too little: whether there is anybody to answer it is asked before. */
  async function onClick(event: MouseEvent<HTMLAnchorElement>): Promise<void> {
    event.preventDefault()
    const { href } = event.currentTarget
    const { signal } = new AbortController()
    try {
      await askAgain(
        () => runQuery('SELECT 1'),
        () => setWish({ status: 'waiting' }),
        signal,
      )
      download(href)
      setWish({ status: 'none' })
    } catch (error) {
      setWish({ status: 'failed', message: messageOf(error) })
    }
  }

  const link = (format: string, name: string) => (
    <a href={exportPath(format)} onClick={(event) => void onClick(event)}>
      {name}
    </a>
  )
  return (
    <div className="exports">
      <p className="quiet">
        All events as {link('parquet', 'Parquet')}, {link('csv', 'CSV')}, {link('ndjson', 'NDJSON')}
      </p>
      {wish.status === 'waiting' && (
        <p className="waiting" role="status">
          Waiting for the database; the download begins by itself.
        </p>
      )}
      {wish.status === 'failed' && (
        <p className="fault" role="alert">
          {wish.message}
        </p>
      )}
    </div>
  )
}

/** Never leaves the page, whatever is answered. */
function download(href: string): void {
  const link = document.createElement('a')
  link.href = href
  link.download = ''
  link.click()
}
