/** Starts the page. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { liveUrl } from './api.ts'
import { App } from './app.tsx'
import { LiveProvider } from './live/live-context.ts'
import { createLiveLink } from './live/live-link.ts'
import { createSharedFeed } from './live/shared-feed.ts'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'

const root = document.getElementById('root')
const live = createLiveLink(createSharedFeed(liveUrl()))
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LiveProvider value={live}>
        <App />
      </LiveProvider>
    </StrictMode>,
  )
}
