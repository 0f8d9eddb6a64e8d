import { expect, it } from 'vitest'
import { createAnswerTime } from './answer-time.ts'

function anAnswerTime() {
  const known = { nowMs: 1000, since: async (): Promise<number | undefined> => undefined }
  const timers: (() => void)[] = []
  const tell = createAnswerTime({
    lag: { behindSince: () => known.since() },
    setTimer: (run) => {
      timers.push(run)
      return () => {}
    },
    wallMs: () => known.nowMs,
  })
  return { known, timers, tell }
}

it('tells since when sinks are behind, and nothing where they are not', async () => {
  const { known, tell } = anAnswerTime()
  expect(await tell(0)).toBeUndefined()
  known.since = async () => 900
  expect(await tell(0)).toBe(900)
})

it('tells what it knew last where the log is away, and nothing better than 0 where it never knew', async () => {
  const { known, timers, tell } = anAnswerTime()
  known.since = () => Promise.reject(new Error('away'))
  expect(await tell(0)).toBe(0)
  known.since = async () => undefined
  await tell(0)
  known.since = () => Promise.reject(new Error('away'))
  known.nowMs = 5000
  expect(await tell(0)).toBe(1000)
  known.since = () => new Promise(() => {})
  const answer = tell(0)
  timers.at(-1)?.()
  expect(await answer).toBe(1000)
})
