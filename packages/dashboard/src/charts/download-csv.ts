/** Hands out the rows of an answer as a file. */
import type { QueryResult } from '@downlink/collector'

/** Loads what writes CSV only now. The rows are those of the page: an answer that was cut short is one here, too. */
export async function downloadCsv({ columns, rows }: QueryResult, name: string): Promise<void> {
  const { toCsv } = await import('@downlink/artifacts')
  const text = toCsv({ columns: columns.map((column) => column.name), rows })
  downloadText(text, `${name}.csv`, 'text/csv')
}

export function downloadText(text: string, filename: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = filename
  link.click()
  URL.revokeObjectURL(url)
}
