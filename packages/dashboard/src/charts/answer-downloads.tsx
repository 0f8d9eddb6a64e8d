/** Offers an answer as files: its rows as CSV, all of it as Parquet. */
import type { QueryResult } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { type ReactElement, useState } from 'react'
import { downloadCsv, downloadParquet } from './download-answer.ts'

interface AnswerDownloadsProps {
  readonly result: QueryResult
  readonly sql: string
  /** Whose it was asked for. */
  readonly sessions: 'all' | 'players'
  /** Of the files. */
  readonly name: string
  /** Which of two answers it is. */
  readonly of?: string
}

type Writing = { readonly status: 'none' | 'writing' } | { readonly status: 'failed'; readonly message: string }

export function AnswerDownloads({ result, sql, sessions, name, of }: AnswerDownloadsProps): ReactElement {
  const [writing, setWriting] = useState<Writing>({ status: 'none' })
  const isWriting = writing.status === 'writing'

  async function write(): Promise<void> {
    setWriting({ status: 'writing' })
    try {
      await downloadParquet(sql, sessions, name)
      setWriting({ status: 'none' })
    } catch (error) {
      setWriting({ status: 'failed', message: messageOf(error) })
    }
  }

  const which = of === undefined ? '' : ` of ${of}`
  return (
    <>
      <button type="button" title="The rows that are here" onClick={() => void downloadCsv(result, name)}>
        Download CSV{which}
      </button>
      <button
        type="button"
        title="All rows, asked for anew"
        aria-disabled={isWriting}
        onClick={() => void (isWriting || write())}
      >
        {isWriting ? 'Writing Parquet…' : `Download Parquet${which}`}
      </button>
      {writing.status === 'failed' && (
        <p className="fault" role="alert">
          No Parquet: {writing.message}
        </p>
      )}
    </>
  )
}
