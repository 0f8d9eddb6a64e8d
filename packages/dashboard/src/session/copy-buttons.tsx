/** Copies an event in the form in which it is needed elsewhere. */
import type { StoredEvent } from '@downlink/collector'
import { type ReactElement, useState } from 'react'
import { useDialect } from '../dialect/use-dialect.ts'
import { assertionCopy, jsonCopy, sqlCopy } from './copies.ts'

export function CopyButtons({ event }: { readonly event: StoredEvent }): ReactElement {
  const dialect = useDialect()
  const [said, setSaid] = useState('')

  async function copy(what: string, text: string): Promise<void> {
    setSaid((await writeClipboard(text)) ? `Copied as ${what}.` : 'This browser lets no page copy. Select it by hand.')
  }

  const button = (what: string, text: () => string) => (
    <button type="button" onClick={() => void copy(what, text())}>
      {what}
    </button>
  )
  return (
    <div className="copies">
      <span className="quiet">Copy as</span>
      {button('JSON', () => jsonCopy(event))}
      {button('SQL', () => sqlCopy(event, dialect))}
      {button('Playwright', () => assertionCopy(event))}
      <span className="quiet" role="status">
        {said}
      </span>
    </div>
  )
}

async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Over plain http there is no clipboard, and another way that browsers keep for old pages.
    return copySelected(text)
  }
}

function copySelected(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'hidden'
  document.body.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}
