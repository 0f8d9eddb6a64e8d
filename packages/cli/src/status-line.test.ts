import { expect, it } from 'vitest'
import { createStatusLine } from './status-line.ts'

function fakeStream(isTTY: boolean, columns?: number): { written: string[]; stream: NodeJS.WriteStream } {
  const written: string[] = []
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 }
  return { written, stream: stream as unknown as NodeJS.WriteStream }
}

it('rewrites its line on a terminal, cut to its width', () => {
  const { written, stream } = fakeStream(true, 10)
  const status = createStatusLine(stream)
  status.show('pushed 1,000')
  status.clear()
  status.clear()
  expect(written).toEqual(['\r\x1b[Kpushed 1,', '\r\x1b[K'])
})

it('is sparing with lines, and plain, where there is no terminal', () => {
  const { written, stream } = fakeStream(false)
  let nowMs = 0
  const status = createStatusLine(stream, () => nowMs)
  for (nowMs = 1000; nowMs <= 11_000; nowMs += 1000) status.show(`at ${nowMs}`)
  status.clear()
  expect(written).toEqual(['at 5000\n', 'at 10000\n'])
})
