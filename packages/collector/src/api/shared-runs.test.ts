import { expect, it, vi } from 'vitest'
import { createSharedRuns } from './shared-runs.ts'

function someRuns() {
  let nowMs = 0
  const runs = createSharedRuns<string>({ monotonicMs: () => nowMs })
  const begun: { signal: AbortSignal; finish: (value: string) => void; fail: (error: Error) => void }[] = []
  const run = vi.fn(
    (signal: AbortSignal) =>
      new Promise<string>((finish, fail) => {
        begun.push({ signal, finish, fail })
      }),
  )
  return {
    begun,
    run,
    pass: (ms: number) => {
      nowMs += ms
    },
    join(maxAgeMs = 600_000, key = 'q') {
      const gone = new AbortController()
      return { answer: runs.join(key, maxAgeMs, gone.signal, run), leave: () => gone.abort() }
    },
  }
}

it('runs once for all that ask at the same time, and again for who asks later', async () => {
  const { join, begun, run } = someRuns()
  const joined = Array.from({ length: 20 }, () => join())
  expect(run).toHaveBeenCalledTimes(1)
  begun[0]?.finish('a')
  const answers = await Promise.all(joined.map(({ answer }) => answer))
  expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['a']))
  expect(answers.filter(({ isOfAnother }) => !isOfAnother)).toHaveLength(1)
  join()
  join(600_000, 'another')
  expect(run).toHaveBeenCalledTimes(3)
})

it('joins no run that began longer ago than is taken', async () => {
  const { join, begun, run, pass } = someRuns()
  const first = join()
  pass(1000)
  const second = join(1000)
  const third = join(1001)
  expect(run).toHaveBeenCalledTimes(2)
  begun[0]?.finish('old')
  begun[1]?.finish('new')
  const answers = await Promise.all([first, second, third].map(({ answer }) => answer))
  expect(answers.map(({ value }) => value)).toEqual(['old', 'new', 'new'])
})

it('goes on while anybody waits, whoever began it, and ends with the last', async () => {
  const { join, begun, run } = someRuns()
  const [first, second] = [join(), join()]
  first.leave()
  await expect(first.answer).rejects.toThrow('abort')
  expect(begun[0]?.signal.aborted).toBe(false)
  second.leave()
  await expect(second.answer).rejects.toThrow('abort')
  expect(begun[0]?.signal.aborted).toBe(true)
  const third = join()
  expect(run).toHaveBeenCalledTimes(2)
  begun[1]?.finish('anew')
  expect((await third.answer).value).toBe('anew')
  third.leave()
  expect(begun[1]?.signal.aborted).toBe(false)
})

it('tells all of a failure, and begins anew after it', async () => {
  const { join, begun, run } = someRuns()
  const joined = [join(), join()]
  begun[0]?.fail(new Error('gone'))
  for (const { answer } of joined) await expect(answer).rejects.toThrow('gone')
  join()
  expect(run).toHaveBeenCalledTimes(2)
})
