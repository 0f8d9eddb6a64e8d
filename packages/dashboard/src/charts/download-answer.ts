/** Hands out an answer as a file: the rows that are here, or all of them. */
import type { QueryResult } from '@downlink/collector'
import { fetchParquet } from '../api.ts'

/** Loads what writes CSV only now. The rows are those of the page: an answer that was cut short is one here, too. */
export async function downloadCsv({ columns, rows }: QueryResult, name: string): Promise<void> {
  const { toCsv } = await import('@downlink/artifacts')
  const text = toCsv({ columns: columns.map((column) => column.name), rows })
  downloadText(text, `${name}.csv`, 'text/csv')
}

/** The collector computes it anew, and writes all of it. */
export async function downloadParquet(sql: string, sessions: 'all' | 'players', name: string): Promise<void> {
  download(await fetchParquet(sql, sessions), `${name}.parquet`)
}

export const downloadText = (text: string, filename: string, type: string): void =>
  download(new Blob([text], { type: `${type};charset=utf-8` }), filename)

function download(content: Blob, filename: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = filename
  link.click()
  URL.revokeObjectURL(url)
}
