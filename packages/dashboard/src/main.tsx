/** Starts the page. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { fetchDialect, fetchNewestEvents, fetchNewestRejections, liveUrl } from './api.ts'
import { App } from './app.tsx'
import { askAgain } from './ask-again.ts'
import { createDialectSource, DialectProvider } from './dialect/use-dialect.ts'
import { LiveProvider } from './live/live-context.ts'
import { createLiveLink } from './live/live-link.ts'
import { createSharedFeed } from './live/shared-feed.ts'
import { type StoredTail, storedRows } from './tail/tail.ts'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'

const root = document.getElementById('root')
const dialect = createDialectSource(fetchDialect)
const live = createLiveLink(createSharedFeed(liveUrl()), fetchStored)
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LiveProvider value={live}>
        <DialectProvider value={dialect}>
          <App />
        </DialectProvider>
      </LiveProvider>
    </StrictMode>,
  )
}

function fetchStored(signal: AbortSignal): Promise<StoredTail> {
  const ask = async () => {
    const [events, rejected] = await Promise.all([
      fetchNewestEvents(storedRows, signal),
      fetchNewestRejections(storedRows, signal),
    ])
    return { events: events.events, rejected: rejected.events }
  }
  return askAgain(ask, () => {}, signal)
}
