/** Starts the page. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { liveUrl } from './api.ts'
import { App } from './app.tsx'
import { createLiveLink } from './live/live-link.ts'
import { createSharedFeed } from './live/shared-feed.ts'
import './styles/base.css'
import './styles/panels.css'
import './styles/sessions.css'
import './styles/tail.css'
import './styles/query.css'

const root = document.getElementById('root')
const live = createLiveLink(createSharedFeed(liveUrl()))
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App live={live} />
    </StrictMode>,
  )
}
