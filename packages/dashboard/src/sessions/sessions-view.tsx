/** Shows the newest sessions, each with its ledger. */
import type { ReactElement } from 'react'
import { SessionPanel } from './session-panel.tsx'
import { useSessions } from './use-sessions.ts'
import './sessions.css'

export default function SessionsView(): ReactElement {
  return <SessionPanel sessions={useSessions()} />
}
