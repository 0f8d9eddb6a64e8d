import { expect, it } from 'vitest'
import { ApiError } from './api.ts'
import { askAgain } from './ask-again.ts'

const away = new ApiError(503, 'store_unavailable', 'The store is starting again.')

/** Answers with these, one after the other. */
const answering = (...answers: readonly (string | Error)[]) => {
  const rest = [...answers]
  return async () => {
    const next = rest.shift()
    if (next === undefined || next instanceof Error) throw next
    return next
  }
}

function patience() {
  const waited: number[] = []
  return { waited, wait: async (ms: number) => void waited.push(ms) }
}

it('asks until the database is there, and says each time that it is not', async () => {
  const { waited, wait } = patience()
  let told = 0
  const { signal } = new AbortController()
  expect(await askAgain(answering(away, away, 'here'), () => told++, signal, wait)).toBe('here')
  expect([told, waited]).toEqual([2, [1000, 1000]])
})

it.each([
  new ApiError(503, 'query_killed', 'The query took so long that the store had to be ended.'),
  new ApiError(422, 'query_timeout', 'The query took too long.'),
  new ApiError(401, 'unauthorised', 'Expected the read token.'),
  new ApiError(0, 'unreachable', 'The collector does not answer.'),
])('asks no second time after $code', async (refusal) => {
  const { signal } = new AbortController()
  const asked = askAgain(answering(refusal, 'here'), () => {}, signal, patience().wait)
  await expect(asked).rejects.toBe(refusal)
})

it('ends when nobody wants the answer any more', async () => {
  const { signal, abort } = aborting()
  let told = 0
  const asked = askAgain(
    answering(away, 'here'),
    () => told++,
    signal,
    async () => abort(),
  )
  await expect(asked).rejects.toThrow()
  expect(told).toBe(1)
})

function aborting() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
