/** Asks for the read token. The collector keeps it in a cookie that no script can read. */
import { messageOf } from '@downlink/protocol'
import { type FormEvent, type ReactElement, useState } from 'react'
import { fetchSessions, isLocked, showToken } from './api.ts'

export function TokenForm({ onShown }: { readonly onShown: () => void }): ReactElement {
  const [fault, setFault] = useState('')

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const token = new FormData(event.currentTarget).get('token')
    try {
      await showToken(String(token))
      if (await isStillLocked())
        setFault('It is right, but this browser keeps no cookie for it: open the page by its https address.')
      else onShown()
    } catch (error) {
      setFault(messageOf(error))
    }
  }

  return (
    <main className="gate">
      <form onSubmit={submit}>
        <h1>
          <img src="./icon.svg" alt="" width="36" height="36" />
          Downlink
        </h1>
        <label htmlFor="token">Read token</label>
        <input id="token" name="token" type="password" autoComplete="current-password" required />
        <p className="fault" role="alert">
          {fault}
        </p>
        <button type="submit" className="main">
          Open
        </button>
        <p className="hint">
          It was given to the collector as <code>--read-token-file</code>, <code>--read-token</code> or{' '}
          <code>DOWNLINK_READ_TOKEN</code>.
        </p>
      </form>
    </main>
  )
}

const isStillLocked = (): Promise<boolean> => fetchSessions(1).then(() => false, isLocked)
