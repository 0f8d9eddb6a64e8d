import fastify from 'fastify'
import { afterEach, expect, it, vi } from 'vitest'
import { answerWithProgress } from './progress-answer.ts'

afterEach(() => void vi.useRealTimers())

it('sends empty lines while nothing is heard of the work, and none after its end', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const app = fastify()
  let end = (_result: string): void => {}
  app.get('/', (_request, reply) =>
    answerWithProgress(reply, (onProgress) => {
      onProgress({ share: 0 })
      return new Promise<string>((resolve) => (end = resolve))
    }),
  )
  const answered = app.inject('/')
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1))
  await vi.advanceTimersByTimeAsync(25_000)
  end('done')
  const { body } = await answered
  expect(body).toBe('{"progress":{"share":0}}\n\n\n{"result":"done"}\n')
  expect(vi.getTimerCount()).toBe(0)
})
