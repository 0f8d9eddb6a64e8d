/** Asks the collector of `../answers.ts` over HTTP, as its page does. */

export interface View {
  readonly name: string
  /** Below `/api`. */
  readonly path: string
  /** Of a question, which may be answered from what is kept. */
  readonly sql?: string
}

export interface Answer {
  readonly ms: number
  readonly text: string
  /** Its code, where the collector gave no answer. */
  readonly failure: string | undefined
}

/** @param collector its `http:` URL */
export async function ask(
  collector: string,
  { path, sql }: View,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const question = sql === undefined ? undefined : { method: 'POST', body: JSON.stringify({ sql }) }
  const type = question && { 'content-type': 'application/json' }
  const startMs = performance.now()
  const response = await fetch(`${collector}/api/${path}`, { ...question, headers: { ...headers, ...type } })
  const text = await response.text()
  const ms = performance.now() - startMs
  const { error } = JSON.parse(text)
  return { ms, text, failure: error?.code }
}
