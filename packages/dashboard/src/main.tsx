/** Where the page starts. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { livePath } from './api.ts'
import { App } from './app.tsx'
import { createLiveLink } from './live/live-link.ts'
import './styles/base.css'
import './styles/panels.css'
import './styles/sessions.css'
import './styles/tail.css'
import './styles/query.css'

const root = document.getElementById('root')
const live = createLiveLink({
  connect: () => new EventSource(livePath),
  setTimer(run, delayMs) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
})
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App live={live} />
    </StrictMode>,
  )
}
