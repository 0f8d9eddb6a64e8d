/** Fakes content that comes when a test says so, and time that passes when it says so. */

import type { Artifact } from './artifact.ts'
import type { SetTimer } from './deadline.ts'

export const anArtifact = (changes: Partial<Artifact> = {}): Artifact => ({
  section: 'summary',
  filename: 'summary.json',
  mimeType: 'application/json',
  content: '{}\n',
  ...changes,
})

/** The whole content of an artifact as text. */
export async function textOf(artifact: Pick<Artifact, 'content'> | undefined): Promise<string> {
  const content = artifact?.content ?? ''
  if (typeof content === 'string') return content
  return Buffer.concat(ArrayBuffer.isView(content) ? [content] : await collect(content)).toString('utf8')
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

export async function* streamOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

export interface FakeTime {
  readonly now: () => number
  readonly setTimer: SetTimer
  /** Timers that are due run in their order; promises settle in between. */
  pass(ms: number): Promise<void>
  /** Timers that are set. */
  readonly pending: number
}

export function fakeTime(): FakeTime {
  let nowMs = 0
  let timers: { readonly dueMs: number; readonly run: () => void }[] = []
  return {
    now: () => nowMs,
    setTimer(run, delayMs) {
      const timer = { dueMs: nowMs + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
    async pass(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        await settled()
        const [next] = timers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)
        if (!next) break
        timers = timers.filter((each) => each !== next)
        nowMs = next.dueMs
        next.run()
      }
      nowMs = untilMs
      await settled()
    },
    get pending() {
      return timers.length
    },
  }
}

/** Every promise that can settle without time passing has done so. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A promise that never settles. */
export const never = <T>(): Promise<T> => new Promise(() => {})
